using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Platform.Cli;

/// <summary>What is wrong with a command line, in words of its user: the parser would name types of .NET.</summary>
internal static class ParseErrors
{
    private const string SampleId = "019a0000-0000-7000-8000-000000000001";

    /// <summary>
    /// One line for each error. An option that lacks its value, or took the next word for it, makes the words that are left look like
    /// a mistyped command, and says more.
    /// </summary>
    public static IEnumerable<string> Describe(ParseResult parsed)
    {
        var ofOptions = parsed
            .Errors.Where(error => error.SymbolResult is OptionResult { IdentifierToken: not null })
            .ToList();
        return (
            ofOptions.Count == 0 && Suggestions.Describe(parsed) is { } suggestion
                ? [suggestion]
                : (ofOptions.Count == 0 ? parsed.Errors : ofOptions).Select(Describe)
        ).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Whether a command would run with an option that it does not have as a value of its arguments.</summary>
    public static bool HasMistypedOption(ParseResult parsed) =>
        ReferenceEquals(parsed.Action, parsed.CommandResult.Command.Action)
        && Suggestions.UnknownOption(parsed) is not null;

    /// <summary>One line for an error.</summary>
    private static string Describe(ParseError error)
    {
        if (Missing(error.SymbolResult) is { } missing)
        {
            return missing;
        }

        var (name, type, values) = error.SymbolResult switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType, option.Tokens),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType, argument.Tokens),
            _ => ("", typeof(string), []),
        };
        var expected = values
            .Select(value => (value.Value, Problem: ProblemWith(value.Value, Nullable.GetUnderlyingType(type) ?? type)))
            .FirstOrDefault(value => value.Problem is not null);
        return expected.Problem is null
            ? InOneLine(name, error.Message)
            : $"{name}: '{expected.Value}' is {expected.Problem}.";
    }

    /// <summary>The parser lists what can be given, a line for each, and does not say for what.</summary>
    private static string InOneLine(string name, string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1 && lines[0].Split('\'') is [_, var value, _]
            ? $"{name}: '{value}' is not one of {string.Join(", ", lines.Skip(1).Select(one => one.Trim('\'')))}."
            : message;
    }

    /// <summary>What is missing; null when nothing is.</summary>
    private static string? Missing(SymbolResult? result) =>
        result switch
        {
            ArgumentResult { Tokens.Count: 0, Argument: { Arity.MinimumNumberOfValues: > 0 } argument } =>
                $"The argument <{argument.Name}> is missing. {argument.Description}",
            OptionResult { Tokens.Count: 0, Implicit: false, Option: { Arity.MinimumNumberOfValues: > 0 } option } =>
                $"{option.Name} needs a value.",
            _ => null,
        };

    /// <summary>Refuses two options that contradict each other.</summary>
    public static void RefuseTogether(this Command command, Option one, Option other) =>
        command.Validators.Add(result =>
        {
            if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
            {
                result.AddError($"Give {one.Name} or {other.Name}, not both.");
            }
        });

    /// <summary>Refuses <c>--json</c> for what cannot be printed so.</summary>
    public static void RefuseJson(this Command command, string message) =>
        command.Validators.Add(result =>
        {
            // A command below it may print JSON.
            if (
                result.GetResult(GlobalOptions.Json) is { Implicit: false }
                && !result.Children.OfType<CommandResult>().Any()
            )
            {
                result.AddError(message);
            }
        });

    /// <summary>Refuses an empty text, which a shell makes of a variable that is not set.</summary>
    public static void RefuseEmpty(this Option<string?> option) =>
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError($"{option.Name} must not be empty.");
            }
        });

    /// <summary>Refuses numbers outside a range. What is no number at all is refused by the parser, which asks nevertheless.</summary>
    public static void AcceptOnlyBetween(this Option option, long least, long most, string message) =>
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && long.TryParse(token.Value, CultureInfo.InvariantCulture, out var number)
                && (number < least || number > most)
            )
            {
                result.AddError(message);
            }
        });

    private static string? ProblemWith(string text, Type type) =>
        type == typeof(int) && !int.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? NoNumber(text, int.MinValue, int.MaxValue)
        : type == typeof(long) && !long.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? NoNumber(text, long.MinValue, long.MaxValue)
        : type == typeof(double) && !Numbers.TryRead(text, out _) ? "not a finite number such as 0.5"
        : type == typeof(Guid) && !Guid.TryParse(text, out _) ? $"not an ID such as {SampleId}"
        : null;

    private static string NoNumber(string text, long least, long most) =>
        BigInteger.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? $"not a number from {least} to {most}"
            : "not a whole number";
}
