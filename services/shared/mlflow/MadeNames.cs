using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Mlflow;

/// <summary>Names of the platform that are made from names of MLflow's, which may be any text.</summary>
public static partial class MadeNames
{
    private const int MaxTries = 1000;

    /// <summary>How much longer a name may be with a number.</summary>
    public const int RoomForNumber = 5;

    /// <summary>What a name of the platform cannot have becomes a dash.</summary>
    public static string Of(string name) => NotInNames().Replace(name, "-");

    /// <summary>The name, and the same with numbers, for as long as others have them.</summary>
    /// <param name="numbered">The name with a number; with a dash between when left out.</param>
    public static IEnumerable<string> Numbered(string name, Func<int, string>? numbered = null) =>
        Enumerable
            .Range(2, MaxTries - 1)
            .Select(numbered ?? (number => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}")))
            .Prepend(name);

    [GeneratedRegex("[^A-Za-z0-9_.-]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInNames();
}
