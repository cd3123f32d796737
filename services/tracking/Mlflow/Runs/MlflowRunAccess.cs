using Microsoft.AspNetCore.Http.HttpResults;
using Platform.EventStore;
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
            ? throw MlflowException.Invalid($"The run {given} must be in the 'active' state. Current state is deleted.")
            : id;
    }

    /// <summary>Refuses a process of an attempt that is over, once for each request.</summary>
    public async Task EnterAsync(HttpContext context) =>
        Check(await machines.RefuseAttemptAsync(context, context.RequestAborted));

    /// <summary>Throws where a command was refused.</summary>
    public static void Check(Outcome<Run, RunEvent> outcome)
    {
        switch (outcome.Refusal)
        {
            case null:
                return;
            case { Code: "run.not-found" } refusal:
                throw MlflowException.NotFound(refusal.Message);
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

        throw MlflowException.NotFound($"Run with id={given} not found");
    }
}
