using System.Globalization;
using Platform.Contracts.Services;

namespace Platform.Soak;

/// <summary>A training to submit.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Pause">Seconds after each of its steps.</param>
/// <param name="CancelAfter">When to cancel it, counted from its submission; null for most.</param>
/// <param name="KillAfter">
/// When to kill its processes, counted from its submission; a running job loses an attempt.
/// </param>
/// <param name="Then">The time until the next one.</param>
internal sealed record PlannedJob(
    int Number,
    int Steps,
    double Pause,
    TimeSpan? CancelAfter,
    TimeSpan? KillAfter,
    TimeSpan Then
)
{
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"job {Number}: {Steps} steps, {Pause:0.00} s each{After("cancelled", CancelAfter)}{After("killed", KillAfter)}"
        );

    private static string After(string what, TimeSpan? time) =>
        time is { TotalSeconds: var seconds }
            ? string.Create(CultureInfo.InvariantCulture, $", {what} after {seconds:0.0} s")
            : "";
}

/// <summary>The kind of a fault.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL; restarted later.</summary>
    Kill,

    /// <summary>SIGTERM (for PostgreSQL SIGINT, its fast shutdown); restarted later.</summary>
    Stop,

    /// <summary>SIGQUIT: PostgreSQL's immediate shutdown, which requires recovery.</summary>
    Crash,

    /// <summary>SIGSTOP; SIGCONT later.</summary>
    Freeze,
}

/// <summary>A fault to inject.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="For">The time until it is repaired.</param>
/// <param name="Then">The time without faults after that.</param>
internal sealed record PlannedFault(
    int Number,
    FaultKind Kind,
    IReadOnlyList<string> Targets,
    TimeSpan For,
    TimeSpan Then
)
{
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"fault {Number}: {Kind.ToString().ToLowerInvariant()} {string.Join(" and ", Targets)} for {For.TotalSeconds:0.0} s"
        );
}

/// <summary>
/// All random decisions, determined by the seed alone: submissions and faults are two sequences that do not depend on
/// the run.
/// </summary>
internal static class Plan
{
    public static IEnumerable<PlannedJob> Jobs(int seed)
    {
        var random = new Random(seed);
        for (var number = 1; ; number++)
        {
            var steps = random.Next(1, 16) * 10;
            var pause = 0.02 + (random.NextDouble() * 0.15);
            TimeSpan? cancelAfter = random.Next(6) == 0 ? Seconds(random, 0, 12) : null;
            TimeSpan? killAfter = random.Next(6) == 0 ? Seconds(random, 1, 15) : null;
            yield return new PlannedJob(number, steps, pause, cancelAfter, killAfter, Seconds(random, 0.2, 4));
        }
    }

    public static IEnumerable<PlannedFault> Faults(int seed, int nodes)
    {
        var random = new Random(unchecked((seed * 31) + 17));
        for (var number = 1; ; number++)
        {
            var (kind, targets) = Choose(random, nodes);
            var longest = kind is FaultKind.Kill && IsAgent(targets[0]) && random.Next(4) == 0 ? 18 : 6;
            yield return new PlannedFault(number, kind, targets, Seconds(random, 0, longest), Seconds(random, 0.5, 5));
        }
    }

    public static bool IsAgent(string process) => process.StartsWith("agent-", StringComparison.Ordinal);

    private static (FaultKind Kind, IReadOnlyList<string> Targets) Choose(Random random, int nodes)
    {
        switch (random.Next(20))
        {
            case < 6:
                return (FaultKind.Kill, [Service(random)]);
            case < 8:
                // Two at once, or one if both draws are the same.
                return (
                    FaultKind.Kill,
                    [.. new[] { Service(random), Service(random) }.Distinct(StringComparer.Ordinal)]
                );
            case < 11:
                return (FaultKind.Kill, [Agent(random, nodes)]);
            case < 13:
                return (random.Next(2) == 0 ? FaultKind.Stop : FaultKind.Kill, ["rabbitmq"]);
            case < 16:
                return ((FaultKind)random.Next((int)FaultKind.Crash + 1), ["postgres"]);
            default:
                string[] all = [.. ServiceCatalog.Schemas, Agent(random, nodes), "rabbitmq", "postgres"];
                return (FaultKind.Freeze, [all[random.Next(all.Length)]]);
        }
    }

    private static string Service(Random random) => ServiceCatalog.Schemas[random.Next(ServiceCatalog.Schemas.Count)];

    private static string Agent(Random random, int nodes) => $"agent-{random.Next(1, nodes + 1)}";

    private static TimeSpan Seconds(Random random, double least, double most) =>
        TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least)));
}
