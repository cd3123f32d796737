using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why something is in the recycle bin.</summary>
/// <param name="At">Since when.</param>
/// <param name="By">Who moved it there: a caller's subject, or <c>service:…</c> for the retention of a project.</param>
/// <param name="Reason">A text for users.</param>
public sealed record Deletion(DateTimeOffset At, string? By, string? Reason)
{
    private const int MaxReason = 500;
    private const string ReasonParameter = "reason";

    /// <summary>Reads the columns <c>deleted_at</c>, <c>deleted_by</c> and <c>delete_reason</c>.</summary>
    /// <returns>Null when the row is not in the recycle bin.</returns>
    public static Deletion? Read(DbDataReader row) =>
        row.ValueOrNull<DateTimeOffset>("deleted_at") is { } at
            ? new Deletion(at, row.TextOrNull("deleted_by"), row.TextOrNull("delete_reason"))
            : null;

    /// <summary>
    /// Checks the query of a request to delete: what is misspelled would be deleted without the reason that was given.
    /// </summary>
    /// <returns>Null when it is right.</returns>
    public static ProblemHttpResult? Check(HttpRequest request, string? reason)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var (name, values) in request.Query)
        {
            if (!string.Equals(name, ReasonParameter, StringComparison.OrdinalIgnoreCase))
            {
                return ProblemResults.Invalid(name, RequestSentences.UnknownParameter.With(ReasonParameter));
            }

            if (values.Count > 1)
            {
                return ProblemResults.Invalid(name, ListSentences.Once);
            }
        }

        return ProblemWithReason(reason) is { } problem ? ProblemResults.Invalid(ReasonParameter, problem) : null;
    }

    /// <summary>What is wrong with a reason that a client gives; null when nothing is.</summary>
    public static Sentence? ProblemWithReason(string? reason) =>
        reason is null || (reason.Length is > 0 and <= MaxReason && ClientText.IsOneLine(reason))
            ? null
            : TextSentences.Reason.With(MaxReason);
}
