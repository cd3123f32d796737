using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why a batch is refused.</summary>
internal static class BatchSentences
{
    public static readonly Template<int> Size = new("batch.size", "Give 1 to {max} IDs.");
    public static readonly Template EmptyId = new("batch.empty-id", "An ID must not be empty.");
    public static readonly Template IdTwice = new("batch.id-twice", "Give each ID once.");
}
