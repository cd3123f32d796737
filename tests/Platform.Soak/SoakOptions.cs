using System.Globalization;

namespace Platform.Soak;

/// <summary>The options of a run.</summary>
internal sealed record SoakOptions
{
    public const string Usage = """
        Runs trainings on a separate cluster while it kills, stops and freezes parts of it, and then checks that nothing
        was lost, duplicated or left behind. Exit code 0: no violations; 1: violations; 2: invalid arguments.

        Usage: ./platform soak [--minutes N | --seconds N] [--seed S] [--nodes N] [--data DIR] [--json] [--plan]

          --minutes N   how long faults are injected (5); --seconds N the same in seconds
          --seed S      determines what is submitted, cancelled and killed, and when (random; it is printed)
          --nodes N     number of agents (2)
          --data DIR    the cluster's data folder, new or empty; kept. Default: a temporary one, removed unless
                        there are violations
          --json        the result as JSON on standard output; progress goes to standard error
          --plan        print the first decisions of the seed and exit

        Ctrl-C ends the faults early; the checks follow. A second Ctrl-C aborts the run.
        """;

    public TimeSpan Length { get; private set; } = TimeSpan.FromMinutes(5);
    public int Seed { get; private set; } = Random.Shared.Next(1, 1_000_000);
    public int Nodes { get; private set; } = 2;
    public string? Data { get; private set; }
    public bool Json { get; private set; }
    public bool PlanOnly { get; private set; }

    /// <returns>Null when the arguments are invalid, after the reason was printed.</returns>
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
                    $"platform soak: '{name}' is unknown or has no valid value; see ./platform soak --help"
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
            // Jobs of an earlier run would be counted as this run's.
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
