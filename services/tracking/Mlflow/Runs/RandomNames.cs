using System.Globalization;
using System.Security.Cryptography;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Names for runs that were created without one.</summary>
internal static class RandomNames
{
    private static readonly string[] _adjectives =
    [
        "able",
        "bold",
        "brave",
        "bright",
        "calm",
        "clear",
        "clever",
        "eager",
        "fair",
        "fine",
        "fresh",
        "gentle",
        "glad",
        "grand",
        "kind",
        "lively",
        "lucky",
        "mellow",
        "merry",
        "neat",
        "nimble",
        "polite",
        "proud",
        "quick",
        "quiet",
        "rapid",
        "smart",
        "steady",
        "sunny",
        "swift",
        "warm",
        "wise",
    ];

    private static readonly string[] _nouns =
    [
        "ant",
        "bear",
        "bee",
        "cod",
        "crane",
        "crow",
        "deer",
        "dove",
        "duck",
        "eagle",
        "elk",
        "finch",
        "fox",
        "goat",
        "hare",
        "hawk",
        "horse",
        "koala",
        "lark",
        "lynx",
        "mole",
        "moose",
        "mouse",
        "otter",
        "owl",
        "panda",
        "seal",
        "shrew",
        "swan",
        "toad",
        "whale",
        "wren",
    ];

    /// <summary>Such as <c>calm-otter-482</c>.</summary>
    public static string Next() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Pick(_adjectives)}-{Pick(_nouns)}-{RandomNumberGenerator.GetInt32(1000)}"
        );

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
