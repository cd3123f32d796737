using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Platform.Cli;

/// <summary>Numbers with a fraction as people write them here: with a point, and without separators of thousands.</summary>
internal static class Numbers
{
    /// <summary>Reads a finite number. A comma is refused, as it stands for thousands to some and for the point to others.</summary>
    public static bool TryRead(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>An option with such a number.</summary>
    public static Option<double?> Option(string name, string description) =>
        new(name) { Description = description, CustomParser = Read };

    private static double? Read(ArgumentResult result)
    {
        if (result.Tokens is [var token] && TryRead(token.Value, out var number))
        {
            return number;
        }

        // The words are those of ParseErrors, which knows the option.
        result.AddError("This is not a number.");
        return null;
    }
}
