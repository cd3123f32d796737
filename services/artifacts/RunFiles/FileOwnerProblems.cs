using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>Answers about a run, or a logged model, whose files a request names.</summary>
internal static class FileOwnerProblems
{
    public static ProblemHttpResult None(string id) =>
        ProblemResults.NotFound(
            (LoggedModelIds.IsId(id) ? RunFileSentences.NoModel : RunFileSentences.NoRun).With(ClientText.Brief(id))
        );

    public static ProblemHttpResult NoFile(string id, string? path) =>
        ProblemResults.NotFound(
            (LoggedModelIds.IsId(id) ? RunFileSentences.NotFoundOfModel : RunFileSentences.NotFound).With(
                id,
                ClientText.Brief(path)
            )
        );

    /// <summary>It is deleted, so that its files are not changed: a run can be restored, a logged model is gone.</summary>
    public static ProblemHttpResult Deleted(string id) =>
        LoggedModelIds.IsId(id)
            ? None(id)
            : ProblemResults.Problem(StatusCodes.Status409Conflict, RunFileSentences.RunDeleted);
}
