using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Says what is wrong with a parameter that ASP.NET Core could not read, without naming types of .NET.</summary>
internal static partial class BindingFailure
{
    private const int MaxShown = 100;

    /// <summary>The framework's sentence in our words; the sentence itself when it is another one.</summary>
    /// <param name="message">The message of a <see cref="BadHttpRequestException"/>.</param>
    public static Sentence Describe(string message)
    {
        if (Missing().Match(message) is { Success: true } missing)
        {
            return RequestSentences.MissingParameter.With(NameOf(missing));
        }

        if (Wrong().Match(message) is not { Success: true } wrong)
        {
            return RequestSentences.Unreadable.With(message);
        }

        var value = wrong.Groups["value"].Value;
        var name = NameOf(wrong);
        var expected = Expected(wrong.Groups["type"].Value);
        return ClientText.IsOneLine(value) && value.Length <= MaxShown
            ? RequestSentences.WrongParameter.With(name, expected, value)
            : RequestSentences.UnreadableParameter.With(name, expected);
    }

    /// <summary>The name as addresses have it: that of a parameter of a query's own type is a property's.</summary>
    private static string NameOf(Match match) => JsonNamingPolicy.CamelCase.ConvertName(match.Groups["name"].Value);

    private static Sentence Expected(string type) =>
        type switch
        {
            "int" => RequestSentences.WholeNumberUpTo.With(int.MaxValue),
            "long" => RequestSentences.WholeNumber,
            "double" => RequestSentences.Number,
            "bool" => RequestSentences.Flag,
            "Guid" => RequestSentences.Id.With("0196f3a1-7c1e-7b60-8a36-2f0d5e4c9b11"),
            "DateTimeOffset" => RequestSentences.Time.With("2026-01-02T03:04:05Z"),
            _ => RequestSentences.SomethingElse,
        };

    [GeneratedRegex(
        """\AFailed to bind parameter "(Nullable<)?(?<type>[^ ">]+)>? (?<name>\w+)" from "(?<value>.*)"\.\z""",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Wrong();

    [GeneratedRegex(
        """\ARequired parameter "[^"]* (?<name>\w+)" was not provided from .*\z""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Missing();
}
