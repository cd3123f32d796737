using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Several things to delete at once.</summary>
/// <param name="Ids">1 to 200; each is answered once, in this order.</param>
/// <param name="Reason">Why, as a text for users.</param>
public sealed record DeleteManyRequest(IReadOnlyList<string> Ids, string? Reason = null);

/// <summary>Several things in the recycle bin to delete permanently.</summary>
/// <param name="Ids">1 to 200; each is answered once, in this order.</param>
/// <param name="DryRun">True: only say what would be deleted.</param>
public sealed record PurgeManyRequest(IReadOnlyList<string> Ids, bool DryRun = false);

/// <summary>What became of one thing of a batch.</summary>
/// <param name="Id">As it was named.</param>
/// <param name="Done">True when it is now as it was asked for, also when it was before.</param>
/// <param name="Problem">Why not.</param>
public sealed record BatchItem(string Id, bool Done, BatchProblem? Problem = null)
{
    /// <summary>The item of a refused command.</summary>
    public static BatchItem Refused(string id, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return Refused(id, Refusals.SentenceOf(refusal));
    }

    /// <summary>The item of what cannot be done.</summary>
    /// <param name="why">The detail of a problem.</param>
    public static BatchItem Refused(string id, Sentence why)
    {
        ArgumentNullException.ThrowIfNull(why);
        return new BatchItem(id, Done: false, new BatchProblem(why.Problem!, why.Text, why.Code));
    }
}

/// <summary>Why one thing of a batch was left as it was.</summary>
/// <param name="Code">As in the problem document that it would get alone.</param>
/// <param name="Detail">A sentence for users.</param>
/// <param name="DetailCode">The same for other languages.</param>
public sealed record BatchProblem(string Code, string Detail, SentenceCode? DetailCode = null);

/// <summary>What became of each thing of a batch. One that is refused does not keep the others from being done.</summary>
public sealed record BatchResult(IReadOnlyList<BatchItem> Items);

/// <summary>Handles requests for several things.</summary>
public static class Batches
{
    /// <summary>How many things a batch names at most.</summary>
    public const int MaxIds = 200;

    /// <summary>400 for a batch that is empty, too large, or names something twice.</summary>
    /// <returns>Null when it is right.</returns>
    public static ProblemHttpResult? Check(IReadOnlyList<string>? ids) =>
        ids is not { Count: >= 1 and <= MaxIds } ? ProblemResults.Invalid("ids", BatchSentences.Size.With(MaxIds))
        : ids.Any(string.IsNullOrEmpty) ? ProblemResults.Invalid("ids", BatchSentences.EmptyId)
        : ids.Distinct(StringComparer.Ordinal).Count() < ids.Count
            ? ProblemResults.Invalid("ids", BatchSentences.IdTwice)
        : null;

    /// <summary>Checks a request to delete several things and deletes one after the other.</summary>
    /// <param name="delete">Deletes the one with this id.</param>
    public static async Task<Results<Ok<BatchResult>, ProblemHttpResult>> DeleteAsync(
        DeleteManyRequest request,
        Func<string, Task<BatchItem>> delete
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(delete);
        if (Check(request.Ids) is { } refusal)
        {
            return refusal;
        }

        if (Deletion.ProblemWithReason(request.Reason) is { } problem)
        {
            return ProblemResults.Invalid("reason", problem);
        }

        var items = new List<BatchItem>(request.Ids.Count);
        foreach (var id in request.Ids)
        {
            items.Add(await delete(id));
        }

        return TypedResults.Ok(new BatchResult(items));
    }
}
