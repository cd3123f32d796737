using Microsoft.AspNetCore.Http.HttpResults;
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

    /// <summary>The id of a run that is not deleted.</summary>
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
        Check(await machines.RefuseAttemptAsync(context, context.RequestAborted));

    /// <summary>A command to make a run as this caller may give it.</summary>
    /// <exception cref="MlflowException">It may not: a job's process makes runs in its job's experiment, and below runs of its job.</exception>
    public async Task<CreateRun> ForCallerAsync(CreateRun command, HttpContext context)
    {
        var (allowed, refusal) = await machines.OfCallerAsync(context, command, context.RequestAborted);
        Check(refusal);
        return string.Equals(allowed.Project, command.Project, StringComparison.Ordinal)
            ? allowed
            : throw new MlflowException(
                "PERMISSION_DENIED",
                $"A job's token can only create runs in the experiment of its job's project, {allowed.Project}."
            );
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

    private static void Check(ProblemHttpResult? refusal)
    {
        if (refusal is not null)
        {
            throw new MlflowException(
                refusal.StatusCode == StatusCodes.Status503ServiceUnavailable
                    ? "TEMPORARILY_UNAVAILABLE"
                    : "PERMISSION_DENIED",
                refusal.ProblemDetails.Detail ?? "This run belongs to another job."
            );
        }
    }

    private async Task<(string Id, bool IsDeleted)> ReadAsync(string given, HttpContext context)
    {
        if (RunRules.TryNormalizeId(given, out var id))
        {
            Check(await machines.RefuseOwnerAsync(context, id, context.RequestAborted));
            await using var command = store.DataSource.CreateCommand("select is_deleted from run where id = $1");
            command.Parameters.Add(new() { Value = id });
            if (await command.ExecuteScalarAsync(context.RequestAborted) is bool isDeleted)
            {
                return (id, isDeleted);
            }
        }

        throw MlflowException.NotFound($"Run with id={ClientText.Brief(given)} not found");
    }
}
