using Platform.Contracts.Tracking;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>
/// Finds the logged model that a request names, for a caller that may touch it: a training process those of its job, a node those of jobs
/// whose attempts it ran.
/// </summary>
internal sealed class LoggedModelAccess(LoggedModelReader models, MachineAccess machines)
{
    /// <exception cref="MlflowException">There is none, or it is none of the caller's business.</exception>
    public async Task<MlflowLoggedModel> FindAsync(string id, HttpContext context)
    {
        var found = LoggedModelIds.IsId(id) ? await models.FindAsync(id, context.RequestAborted) : null;
        if (found is null)
        {
            throw NotFound(id);
        }

        MlflowException.ThrowIf(await machines.RefuseJobAsync(context, found.JobId, context.RequestAborted));
        return found.Model;
    }

    /// <summary>Refuses a request that names a logged model that is not there or, unless only its id is used, none of the caller's business.</summary>
    public async Task CheckAsync(IReadOnlyCollection<string> ids, bool onlyNamed, HttpContext context)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var found = await models.FindAsync(ids, context.RequestAborted);
        var known = found.Select(model => model.Model.Info.ModelId).ToHashSet(StringComparer.Ordinal);
        if (ids.FirstOrDefault(id => !known.Contains(id)) is { } missing)
        {
            throw NotFound(missing);
        }

        foreach (var job in onlyNamed ? [] : found.Select(model => model.JobId).Distinct())
        {
            MlflowException.ThrowIf(await machines.RefuseJobAsync(context, job, context.RequestAborted));
        }
    }

    /// <summary>Throws where a command was refused.</summary>
    public static void Check(string id, Outcome<LoggedModel, LoggedModelEvent> outcome)
    {
        if (outcome.Refusal is { } refusal)
        {
            throw refusal.Code is LoggedModel.NotFound ? NotFound(id) : MlflowException.Invalid(refusal.Message);
        }
    }

    private static MlflowException NotFound(string id) =>
        MlflowException.NotFound($"Logged model with ID '{ClientText.Brief(id)}' not found.");
}
