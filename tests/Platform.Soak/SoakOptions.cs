using System.Globalization;

namespace Platform.Soak;

/// <summary>What was asked for.</summary>
internal sealed record SoakOptions
{
    public const string Usage = """
        Runs trainings on a cluster of its own while it kills, stops and freezes parts of it, and then checks from outside that
        nothing was lost, doubled or left behind. Exit code 0: all was right; 1: it was not; 2: misspelt.

        Usage: ./platform soak [--minutes N | --seconds N] [--seed S] [--nodes N] [--data DIR] [--json] [--plan]

          --minutes N   how long faults happen (5); --seconds N the same in seconds
          --seed S      decides what is submitted, cancelled, killed, and when; the same seed decides the same (random, and said)
          --nodes N     how many agents (2)
          --data DIR    where the cluster's data lie, new or empty; kept. Else a folder that goes when all was right
          --json        the result as JSON on standard output; what happens is said on standard error
          --plan        say the first decisions of the seed and do nothing

        Ctrl-C ends the faults early; the checks follow. A second one ends it at once.
        """;

    public TimeSpan Length { get; private set; } = TimeSpan.FromMinutes(5);
    public int Seed { get; private set; } = Random.Shared.Next(1, 1_000_000);
    public int Nodes { get; private set; } = 2;
    public string? Data { get; private set; }
    public bool Json { get; private set; }
    public bool PlanOnly { get; private set; }

    /// <returns>Null when the arguments are wrong, after saying why.</returns>
    public static SoakOptions? Parse(IReadOnlyList<string> arguments, TextWriter error)
    {
        var options = new SoakOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--json")
            {
                options.Json = true;
            }
            else if (name is "--plan")
            {
                options.PlanOnly = true;
            }
            else if (++i >= arguments.Count || !options.TrySet(name, arguments[i]))
            {
                error.WriteLine(
                    $"platform soak: '{name}' is unknown or has no proper value; see ./platform soak --help"
                );
                return null;
            }
        }

        return options;
    }

    private bool TrySet(string name, string value)
    {
        switch (name)
        {
            case "--minutes" when IsNumber(value, out var minutes) && minutes is > 0 and <= 10_080:
                Length = TimeSpan.FromMinutes(minutes);
                return true;
            case "--seconds" when IsNumber(value, out var seconds) && seconds is > 0 and <= 604_800:
                Length = TimeSpan.FromSeconds(seconds);
                return true;
            case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed):
                Seed = seed;
                return true;
            case "--nodes"
                when int.TryParse(value, CultureInfo.InvariantCulture, out var nodes) && nodes is > 0 and <= 16:
                Nodes = nodes;
                return true;
            // Jobs of an earlier run would be taken for this one's.
            case "--data"
                when value.Length > 0
                    && !(Directory.Exists(value) && Directory.EnumerateFileSystemEntries(value).Any()):
                Data = Path.GetFullPath(value);
                return true;
            default:
                return false;
        }
    }

    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
