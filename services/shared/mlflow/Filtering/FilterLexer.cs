using System.Globalization;
using System.Text;
using Platform.Contracts.Sentences;

namespace Platform.Mlflow.Filtering;

internal enum TokenKind
{
    /// <summary>A name, a keyword, or a value without quotes.</summary>
    Word,
    Number,

    /// <summary>Between <c>'</c>, <c>"</c> or <c>`</c>.</summary>
    Quoted,

    /// <summary>An operator, a bracket, a comma or a dot.</summary>
    Sign,
    End,
}

/// <param name="Position">Where it begins, counted from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool Is(string sign) => Kind is TokenKind.Sign && string.Equals(Text, sign, StringComparison.Ordinal);

    public bool IsKeyword(string word) =>
        Kind is TokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Divides a filter into tokens.</summary>
internal static class FilterLexer
{
    private static readonly string[] _signs = ["!=", "<>", "<=", ">=", "==", "=", "<", ">", "(", ")", ",", "."];

    /// <summary>The tokens, ended by <see cref="TokenKind.End"/>.</summary>
    /// <param name="problem">What is wrong; null when nothing is.</param>
    public static IReadOnlyList<Token> Read(string text, out Sentence? problem)
    {
        problem = null;
        var tokens = new List<Token>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                tokens.Add(new Token(TokenKind.End, "", at + 1));
                return tokens;
            }

            var start = at;
            if (text[at] is '\'' or '"' or '`')
            {
                if (ReadQuoted(text, ref at) is not { } content)
                {
                    problem = FilterSentences.OpenQuote.With(start + 1);
                    return tokens;
                }

                tokens.Add(new Token(TokenKind.Quoted, content, start + 1));
            }
            else if (IsNumberStart(text, at, tokens))
            {
                at = EndOfNumber(text, at);
                tokens.Add(new Token(TokenKind.Number, text[start..at], start + 1));
            }
            else if (IsWordPart(text[at]))
            {
                while (at < text.Length && IsWordPart(text[at]))
                {
                    at++;
                }

                tokens.Add(new Token(TokenKind.Word, text[start..at], start + 1));
            }
            else if (
                _signs.FirstOrDefault(one => text.AsSpan(start).StartsWith(one, StringComparison.Ordinal)) is { } sign
            )
            {
                at += sign.Length;
                tokens.Add(new Token(TokenKind.Sign, sign, start + 1));
            }
            else
            {
                problem = FilterSentences.Unexpected.With(Rune.GetRuneAt(text, at).ToString(), start + 1);
                return tokens;
            }
        }
    }

    /// <summary>The text between two quotes; a doubled quote or one after a backslash is part of it. Null when it does not end.</summary>
    private static string? ReadQuoted(string text, ref int at)
    {
        var quote = text[at];
        var content = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            var next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (text[at] == quote && next != quote)
            {
                at++;
                return content.ToString();
            }

            if ((text[at] == quote && next == quote) || (text[at] == '\\' && (next == quote || next == '\\')))
            {
                at++;
            }

            content.Append(text[at]);
        }

        return null;
    }

    /// <summary>A digit that begins a value, not one within a name as in <c>metrics.0</c>.</summary>
    private static bool IsNumberStart(string text, int at, List<Token> tokens)
    {
        if (tokens.Count > 0 && tokens[^1].Is("."))
        {
            return false;
        }

        // The dot of a field.
        if (text[at] == '.' && at > 0 && (IsWordPart(text[at - 1]) || text[at - 1] is '\'' or '"' or '`'))
        {
            return false;
        }

        var first = text[at] is '-' or '+' or '.' ? at + 1 : at;
        return first < text.Length && char.IsAsciiDigit(text[first]);
    }

    private static int EndOfNumber(string text, int at)
    {
        at++;
        while (
            at < text.Length
            && (IsWordPart(text[at]) || text[at] == '.' || (text[at] is '-' or '+' && text[at - 1] is 'e' or 'E'))
        )
        {
            at++;
        }

        return at;
    }

    private static bool IsWordPart(char character) =>
        char.IsLetterOrDigit(character) || char.IsSurrogate(character) || character is '_' or '-' or '/' or ':' or '@';

    /// <summary>Reads a number, or an age such as <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>7d</c> or <c>2w</c>.</summary>
    public static FilterValue? ReadNumber(Token token)
    {
        var text = token.Text;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return new FilterValue(text, number, Age: null, token.Position);
        }

        var unit = text[^1] switch
        {
            's' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMinute,
            'h' => TimeSpan.TicksPerHour,
            'd' => TimeSpan.TicksPerDay,
            'w' => TimeSpan.TicksPerDay * 7,
            _ => 0,
        };
        return
            unit > 0
            && double.TryParse(
                text.AsSpan(..^1),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var count
            )
            && count * unit <= TimeSpan.FromDays(36500).Ticks
            ? new FilterValue(text, Number: null, TimeSpan.FromTicks((long)(count * unit)), token.Position)
            // A date such as 2026-01-31T12:00:00Z begins with a digit too.
            : new FilterValue(text, Number: null, Age: null, token.Position);
    }
}
