namespace Platform.Contracts.Sentences;

/// <summary>What is said to a person: in English, and as a code with what varies, from which it is said in other languages.</summary>
/// <param name="Text">The English.</param>
/// <param name="Code">Null for a text from where sentences had no codes: data, messages and agents of release 0.1.0.</param>
/// <param name="Problem">
/// The problem whose detail it can be, as in <c>/problems/job.not-found</c>; null for what is said elsewhere.
/// </param>
public sealed record Sentence(string Text, SentenceCode? Code, string? Problem = null)
{
    private static readonly Template<Sentence, Sentence> _both = new("sentence.both", "{first} {second}");

    /// <summary>Puts together what was stored or sent beside each other.</summary>
    /// <returns>Null without a text.</returns>
    public static Sentence? Of(string? text, SentenceCode? code) => text is null ? null : new Sentence(text, code);

    /// <summary>Several, one after the other.</summary>
    /// <returns>Null when there is none.</returns>
    public static Sentence? Join(params IEnumerable<Sentence?> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return sentences
            .OfType<Sentence>()
            .Aggregate((Sentence?)null, (all, next) => all is null ? next : _both.With(all, next));
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}
