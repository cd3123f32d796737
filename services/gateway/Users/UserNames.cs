using System.Text.RegularExpressions;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>Which names users may have, and what they are in streams and tables.</summary>
internal static partial class UserNames
{
    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static Sentence? ProblemWith(string? name) =>
        name is null || !Pattern().IsMatch(name) ? GatewaySentences.UserName
        : string.Equals(name, Caller.Me, StringComparison.OrdinalIgnoreCase) ? GatewaySentences.UserNameMe
        : string.Equals(name, Caller.Local.Subject, StringComparison.OrdinalIgnoreCase) ? GatewaySentences.UserNameLocal
        : null;

    /// <summary>The stream's id: the subject of the user's requests in lower case, so that names that differ in case are one.</summary>
    public static string IdOf(string name) => Caller.User(name, default).Subject.ToLowerInvariant();

    /// <summary>The same of the user who calls; <c>local</c> is nobody's.</summary>
    public static string IdOf(Caller caller) => caller.Subject.ToLowerInvariant();

    /// <summary>The name in a user's subject.</summary>
    public static string NameOf(Caller caller) =>
        caller.Subject[(caller.Subject.IndexOf(':', StringComparison.Ordinal) + 1)..];

    [GeneratedRegex(
        @"\A[A-Za-z0-9]([A-Za-z0-9 ._@-]{0,98}[A-Za-z0-9])?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pattern();
}
