using System.Text;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogSearch;

/// <summary>Where a text is in a line, in UTF-16 code units as JavaScript and .NET count them.</summary>
internal sealed record LogMatch(int Start, int Length);

/// <summary>
/// What is searched for: parts of text between blanks, or in quotes, all of which a line must have, in any case and order.
/// <c>\"</c> is a quotation mark; no other character means anything but itself.
/// </summary>
internal sealed class LogTerms
{
    /// <summary>The longest query, in characters.</summary>
    public const int MaxLength = 200;

    private const int MaxTerms = 10;

    private readonly string[] _folded;

    private LogTerms(IReadOnlyList<string> terms)
    {
        _folded = [.. terms.Select(LogText.Fold).Distinct(StringComparer.Ordinal)];
        Places = [.. _folded.SelectMany(LogSignature.PlacesOf).Distinct().Order()];
    }

    /// <summary>The places that the signature of a line that matches has (<see cref="LogSignature"/>).</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Reads a query.</summary>
    /// <returns>The terms, or what is wrong.</returns>
    public static (LogTerms? Terms, Sentence? Problem) Parse(string? query)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            return (null, JobSentences.LogQueryMissing);
        }

        if (query.Length > MaxLength || !ClientText.IsText(query))
        {
            return (null, JobSentences.LogQueryText.With(MaxLength));
        }

        var terms = new List<string>();
        var term = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < query.Length; i++)
        {
            if (query[i] == '\\' && i + 1 < query.Length && query[i + 1] == '"')
            {
                term.Append('"');
                i++;
            }
            else if (query[i] == '"' || (!isQuoted && char.IsWhiteSpace(query[i])))
            {
                isQuoted ^= query[i] == '"';
                Take();
            }
            else
            {
                term.Append(query[i]);
            }
        }

        Take();
        return (isQuoted, terms.Count) switch
        {
            (true, _) => (null, JobSentences.LogQueryQuote),
            (_, 0) => (null, JobSentences.LogQueryMissing),
            (_, > MaxTerms) => (null, JobSentences.LogQueryTerms.With(MaxTerms)),
            _ => (new LogTerms(terms), null),
        };

        void Take()
        {
            if (term.Length > 0)
            {
                terms.Add(term.ToString());
                term.Clear();
            }
        }
    }

    /// <summary>Whether a line has all terms.</summary>
    /// <param name="line">As <see cref="LogText.Folded"/>.</param>
    public bool Match(ReadOnlySpan<char> line)
    {
        foreach (var term in _folded)
        {
            if (line.IndexOf(term, StringComparison.Ordinal) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where the terms are, in order and without overlaps: of two that overlap, the first, and then the longer.</summary>
    /// <param name="line">As <see cref="LogText.Fold"/>.</param>
    /// <param name="max">How many are enough.</param>
    public IReadOnlyList<LogMatch> Find(string line, int max)
    {
        var matches = new List<LogMatch>();
        for (var from = 0; matches.Count < max; )
        {
            LogMatch? next = null;
            foreach (var term in _folded)
            {
                var at = line.IndexOf(term, from, StringComparison.Ordinal);
                if (at >= 0 && (next is null || at < next.Start || (at == next.Start && term.Length > next.Length)))
                {
                    next = new LogMatch(at, term.Length);
                }
            }

            if (next is null)
            {
                break;
            }

            matches.Add(next);
            from = next.Start + next.Length;
        }

        return matches;
    }
}
