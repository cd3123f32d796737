using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Contracts.Sentences;

/// <summary>A template read into its pieces, once. Arguments are put in as they are: braces in them mean nothing.</summary>
internal sealed partial class TemplateText
{
    private readonly List<Piece> _pieces = [];

    public TemplateText(string code, string english, string? problem, int arguments)
    {
        (Code, English, Problem) = (code, english, problem);
        var end = 0;
        foreach (Match match in Place().Matches(english))
        {
            _pieces.Add(
                new Piece(
                    english[end..match.Index],
                    match.Groups["name"].Value,
                    match.Groups["one"].Success ? match.Groups["one"].Value : null,
                    match.Groups["many"].Value
                )
            );
            end = match.Index + match.Length;
        }

        Rest = english[end..];
        var names = _pieces.Select(piece => piece.Name).Distinct(StringComparer.Ordinal).Count();
        if (names != _pieces.Count || names != arguments)
        {
            throw new ArgumentException($"'{english}' does not have {arguments} places.", nameof(english));
        }
    }

    public string Code { get; }

    public string English { get; }

    public string? Problem { get; }

    /// <summary>What follows the last place.</summary>
    private string Rest { get; }

    public Sentence Render(params ReadOnlySpan<object?> arguments)
    {
        var text = new StringBuilder();
        var args = new Dictionary<string, string>(StringComparer.Ordinal);
        Dictionary<string, SentenceCode>? parts = null;
        for (var i = 0; i < _pieces.Count; i++)
        {
            var piece = _pieces[i];
            var value = Convert.ToString(arguments[i], CultureInfo.InvariantCulture) ?? "";
            args.Add(piece.Name, value);
            if (arguments[i] is Sentence { Code: { } code })
            {
                (parts ??= new(StringComparer.Ordinal)).Add(piece.Name, code);
            }

            text.Append(piece.Before).Append(value);
            if (piece.One is not null)
            {
                text.Append(' ').Append(value is "1" ? piece.One : piece.Many);
            }
        }

        return new Sentence(
            text.Append(Rest).ToString(),
            new SentenceCode
            {
                Code = Code,
                Args = args.Count == 0 ? null : args,
                Parts = parts,
            },
            Problem
        );
    }

    /// <param name="Before">What stands before the place.</param>
    /// <param name="One">The noun after the number 1; null where no noun belongs to it.</param>
    private sealed record Piece(string Before, string Name, string? One, string Many);

    [GeneratedRegex(
        @"\{(?<name>[A-Za-z0-9]+)(:(?<one>[^|{}]*)\|(?<many>[^|{}]*))?\}",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Place();
}
