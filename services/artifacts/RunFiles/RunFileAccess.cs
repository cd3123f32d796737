using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Tracking;
using Platform.JobAttempts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>
/// Finds the run whose files a request names, for a caller that may touch them: a training process those of its job's runs, a node those of
/// jobs whose attempts it ran.
/// </summary>
internal sealed class RunFileAccess(FileOwners owners, JobAttempts<ArtifactsStore> attempts)
{
    private const int RetrySeconds = 1;

    /// <summary>The run, also one in the recycle bin, or a logged model that is not deleted.</summary>
    /// <returns>It, or why there is none for this caller.</returns>
    public async Task<(FileOwner? Owner, ProblemHttpResult? Refusal)> FindAsync(string id, HttpContext http)
    {
        if (!RunIds.TryNormalize(id, out var normalized))
        {
            return (null, FileOwnerProblems.None(id));
        }

        var caller = http.Caller();
        try
        {
            // A run's job may have become known after the run.
            var owner = await owners.FindAsync(
                normalized,
                known => caller.Kind is not CallerKind.Job || known.JobId is not null,
                http.RequestAborted
            );
            if (owner is null)
            {
                return (null, FileOwnerProblems.None(normalized));
            }

            return await RefuseAsync(owner, caller, http) is { } refusal ? (null, refusal)
                : owner.IsDeleted && LoggedModelIds.IsId(owner.Id) ? (null, FileOwnerProblems.Deleted(owner.Id))
                : (owner, null);
        }
        catch (FileOwnerUnknownException)
        {
            http.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
            return (
                null,
                ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, RunFileSentences.RunNotHeardYet)
            );
        }
    }

    /// <summary>A run whose files may be changed.</summary>
    public async Task<(FileOwner? Owner, ProblemHttpResult? Refusal)> FindForChangeAsync(string id, HttpContext http)
    {
        var (owner, refusal) = await FindAsync(id, http);
        return refusal is null && owner is { IsDeleted: true }
            ? (owner, FileOwnerProblems.Deleted(owner.Id))
            : (owner, refusal);
    }

    private async Task<ProblemHttpResult?> RefuseAsync(FileOwner owner, Caller caller, HttpContext http)
    {
        switch (caller.Kind)
        {
            case CallerKind.Job:
                return owner.JobId == caller.Id ? null : CallerProblems.NotAllowed(http);
            case CallerKind.Node:
                if (owner.JobId is not { } job)
                {
                    return CallerProblems.NotAllowed(http);
                }

                return AttemptProblems.Of(
                    http,
                    await attempts.OfNodeAsync(caller.Id, job, attempt: null, rank: null, http.RequestAborted),
                    ArtifactSentences.AttemptFenced
                );
            default:
                return null;
        }
    }
}
