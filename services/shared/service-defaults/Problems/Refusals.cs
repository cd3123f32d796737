using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Refuses commands with sentences.</summary>
public static class Refusals
{
    /// <summary>Refuses a command.</summary>
    /// <param name="why">The detail of a problem.</param>
    public static Decision<TEvent> Refuse<TEvent>(Sentence why) => new Decision<TEvent>.Refused(Of(why));

    /// <summary>A refusal that says this.</summary>
    public static Refusal Of(Sentence why)
    {
        ArgumentNullException.ThrowIfNull(why);
        return new Refusal(
            why.Problem ?? throw new ArgumentException($"'{why.Text}' is no problem.", nameof(why)),
            why.Text
        )
        {
            Sentence = why,
        };
    }

    /// <summary>What a refusal says.</summary>
    public static Sentence SentenceOf(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Sentence as Sentence ?? new Sentence(refusal.Message, Code: null, refusal.Code);
    }
}
