using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>Says what is wrong with a parameter that ASP.NET Core could not read, without naming types of .NET.</summary>
internal static partial class BindingFailure
{
    private const int MaxShown = 100;

    /// <summary>The framework's sentence in our words; the sentence itself when it is another one.</summary>
    /// <param name="message">The message of a <see cref="BadHttpRequestException"/>.</param>
    public static string Describe(string message)
    {
        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"The parameter '{missing.Groups["name"].Value}' is missing.";
        }

        if (Wrong().Match(message) is not { Success: true } wrong)
        {
            return message;
        }

        var value = wrong.Groups["value"].Value;
        var shown = ClientText.IsOneLine(value) && value.Length <= MaxShown ? $"not '{value}'" : "not what was given";
        return $"The parameter '{wrong.Groups["name"].Value}' is {WordsFor(wrong.Groups["type"].Value)}, {shown}.";
    }

    private static string WordsFor(string type) =>
        type switch
        {
            "int" => $"a whole number up to {int.MaxValue}",
            "long" => "a whole number",
            "double" => "a number",
            "bool" => "'true' or 'false'",
            "Guid" => "an id such as 0196f3a1-7c1e-7b60-8a36-2f0d5e4c9b11",
            "DateTimeOffset" => "a time such as 2026-01-02T03:04:05Z",
            _ => "something else",
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
