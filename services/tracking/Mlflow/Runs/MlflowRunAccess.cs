using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Finds the run that a request of MLflow's API names, for a caller that may touch it.</summary>
internal sealed class MlflowRunAccess(TrackingStore store, MachineAccess machines)
{
    /// <summary>The id of a run, also of a deleted one.</summary>
    /// <exception cref="MlflowException">There is none, or it is none of the caller's business.</exception>
    public async Task<string> FindAsync(string given, HttpContext context) => (await ReadAsync(given, context)).Id;

    /// <summary>The id of a run that is not deleted, nor its experiment.</summary>
    public async Task<string> FindActiveAsync(string given, HttpContext context)
    {
        var (id, isDeleted) = await ReadAsync(given, context);
        return isDeleted
            ? throw MlflowException.Invalid(
                $"The run {ClientText.Brief(given)} must be in the 'active' state. Current state is deleted."
            )
            : id;
    }

    /// <summary>Refuses a process of an attempt that is over, once for each request.</summary>
    public async Task EnterAsync(HttpContext context) =>
        MlflowException.ThrowIf(await machines.RefuseAttemptAsync(context, context.RequestAborted));

    /// <summary>A command to make a run as this caller may give it.</summary>
    /// <exception cref="MlflowException">It may not: a job's process makes runs in its job's experiment, and below runs of its job.</exception>
    public async Task<CreateRun> ForCallerAsync(CreateRun command, HttpContext context)
    {
        var (allowed, refusal) = await machines.OfCallerAsync(context, command, context.RequestAborted);
        MlflowException.ThrowIf(refusal);
        return string.Equals(allowed.Project, command.Project, StringComparison.Ordinal)
            ? allowed
            : throw OutsideOf(allowed.Project);
    }

    /// <summary>Refuses a job's process that makes something in an experiment of another project than its job's.</summary>
    public async Task CheckProjectAsync(string project, HttpContext context)
    {
        if (
            context.Caller() is { Kind: CallerKind.Job } job
            && await machines.FindProjectAsync(job.Id, context.RequestAborted) is { } own
            && !string.Equals(own, project, StringComparison.Ordinal)
        )
        {
            throw OutsideOf(own);
        }
    }

    /// <summary>Throws where a command was refused.</summary>
    public static void Check(Outcome<Run, RunEvent> outcome)
    {
        switch (outcome.Refusal)
        {
            case null:
                return;
            case { Code: "run.not-found" } refusal:
                throw MlflowException.NotFound(refusal.Message);
            case { Code: "idempotency-key.reused" } refusal:
                throw new MlflowException("RESOURCE_CONFLICT", refusal.Message);
            case { Code: "run.foreign-run" or "run.attempt-fenced" } refusal:
                throw new MlflowException("PERMISSION_DENIED", refusal.Message);
            case { } refusal:
                throw MlflowException.Invalid(refusal.Message);
        }
    }

    private static MlflowException OutsideOf(string project) =>
        new(
            MlflowCodes.Denied,
            $"A job's token can only create runs and models in the experiment of its job's project, {project}."
        );

    private async Task<(string Id, bool IsDeleted)> ReadAsync(string given, HttpContext context)
    {
        if (RunRules.TryNormalizeId(given, out var id))
        {
            MlflowException.ThrowIf(await machines.RefuseOwnerAsync(context, id, context.RequestAborted));
            await using var command = store.DataSource.CreateCommand(
                """
                select r.is_deleted or exists (
                  select from experiment x where x.project = coalesce(r.project, 'default') and x.is_deleted)
                from run r where r.id = $1
                """
            );
            command.Parameters.Add(new() { Value = id });
            if (await command.ExecuteScalarAsync(context.RequestAborted) is bool isDeleted)
            {
                return (id, isDeleted);
            }
        }

        throw MlflowException.NotFound($"Run with id={ClientText.Brief(given)} not found");
    }
}
