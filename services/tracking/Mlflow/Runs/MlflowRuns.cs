using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>MLflow's requests about whole runs.</summary>
internal sealed class MlflowRuns(
    RunHandler handler,
    RunReader reader,
    MlflowRunReader runs,
    MlflowRunAccess access,
    MlflowExperiments experiments,
    TimeProvider clock
)
{
    private const int MaxPage = 50_000;

    public async Task<object> CreateAsync(MlflowRequest request, HttpContext context)
    {
        var experiment = request.Text("experiment_id") is { Length: > 0 } given ? given : "0";
        var project = await experiments.ProjectOfAsync(experiment, context.RequestAborted);
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var tag in request.Objects("tags"))
        {
            tags[MlflowValues.KeyOf(tag)] = MlflowValues.TagOf(tag);
        }

        if (request.Text("user_id") is { Length: > 0 } user)
        {
            tags.TryAdd(MlflowRunMapping.UserTag, user);
        }

        var start = request.Whole("start_time");
        var id = IdOf(request, start, tags, context);
        var command = new CreateRun(project, TakeName(request, tags), JobId: null, Starts: true)
        {
            StartedAt = start is { } milliseconds ? MlflowValues.TimeOf(milliseconds) : null,
            ParentId = TakeParent(tags),
            Tags = tags,
        };
        var caller = context.Caller();
        if (caller.Kind is CallerKind.Job)
        {
            command = command with { JobId = caller.Id, OnlyOfJob = true };
        }

        var outcome = await handler.HandleAsync(id, command, context.EventMetadata(id), null, context.RequestAborted);
        MlflowRunAccess.Check(outcome);
        return new { Run = await runs.FindAsync(id, context.RequestAborted) };
    }

    public async Task<object> GetAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        return new { Run = await runs.FindAsync(id, context.RequestAborted) };
    }

    public async Task<object> UpdateAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindActiveAsync(request.RunId(), context);
        if (request.Text("run_name") is { Length: > 0 } name)
        {
            await HandleAsync(id, new UpdateRun(MlflowValues.NameOf(name)), context);
        }

        if (request.Text("status") is { Length: > 0 } word)
        {
            await SetStatusAsync(id, MlflowRunMapping.StatusOf(word), request.Whole("end_time"), context);
        }

        var run = (await reader.FindAsync(id, context.RequestAborted))!;
        return new
        {
            RunInfo = MlflowRunMapping.InfoOf(run, await runs.ExperimentOfAsync(run, context.RequestAborted)),
        };
    }

    public async Task<object> DeleteAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        var run = (await reader.FindAsync(id, context.RequestAborted))!;
        if (!Run.IsEnd(run.Status) && run.JobId is null)
        {
            // MLflow deletes runs that nobody ended.
            await HandleAsync(id, new FinishRun(RunStatus.Interrupted), context);
        }

        await HandleAsync(id, new DeleteRun(Reason: null), context);
        return MlflowEndpoints.Empty;
    }

    public async Task<object> RestoreAsync(MlflowRequest request, HttpContext context)
    {
        var id = await access.FindAsync(request.RunId(), context);
        await HandleAsync(id, new RestoreRun(), context);
        return MlflowEndpoints.Empty;
    }

    public async Task<object> SearchAsync(MlflowRequest request, HttpContext context)
    {
        var limit = MlflowEndpoints.LimitOf(request, usual: 1000, MaxPage);
        var offset = MlflowEndpoints.OffsetOf(request.Text("page_token"));
        var (found, hasMore) = await runs.SearchAsync(RunSearch.Of(request), limit, offset, context.RequestAborted);
        return new { Runs = found.OrNull(), NextPageToken = MlflowEndpoints.TokenOf(offset + limit, hasMore) };
    }

    private async Task SetStatusAsync(string id, RunStatus status, long? endTime, HttpContext context)
    {
        if (Run.IsEnd(status))
        {
            var end = endTime is { } milliseconds ? MlflowValues.TimeOf(milliseconds) : (DateTimeOffset?)null;
            var command = new FinishRun(status, context.JobAttempt(), context.Caller().Rank, end) { Replaces = true };
            await HandleAsync(id, command, context);
        }
        else if (status is RunStatus.Running && await reader.FindAsync(id, context.RequestAborted) is { } run)
        {
            // Another process goes on with it.
            var again = new CreateRun(run.Project ?? "default", Name: null, run.JobId, Starts: true)
            {
                StartedAt = clock.GetUtcNow(),
            };
            await HandleAsync(id, again, context);
        }
    }

    private async Task HandleAsync(string id, RunCommand command, HttpContext context) =>
        MlflowRunAccess.Check(
            await handler.HandleAsync(id, command, context.EventMetadata(id), ifVersion: null, context.RequestAborted)
        );

    /// <summary>
    /// The id of a new run. Clients repeat requests whose answers they miss: the same key, or the same request with a time of start, by
    /// the same caller is the same run.
    /// </summary>
    private static string IdOf(
        MlflowRequest request,
        long? start,
        Dictionary<string, string?> tags,
        HttpContext context
    )
    {
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0 && start is null)
        {
            return Guid.CreateVersion7().ToString("D");
        }

        var text = new StringBuilder(context.Caller().Subject).Append('\n').Append(key).Append('\n');
        if (key.Length == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{request.Text("experiment_id")}\n{start}\n")
                .Append(request.Text("run_name"))
                .Append('\n')
                .AppendJoin(
                    '\n',
                    tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")
                );
        }

        return new Guid(
            SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16),
            bigEndian: true
        ).ToString("D");
    }

    /// <summary>The name of the field, which the tag must agree with, or of the tag, or a new one.</summary>
    private static string TakeName(MlflowRequest request, Dictionary<string, string?> tags)
    {
        tags.Remove(MlflowRunMapping.NameTag, out var tag);
        var field = request.Text("run_name");
        if (
            !string.IsNullOrEmpty(field)
            && !string.IsNullOrEmpty(tag)
            && !string.Equals(field, tag, StringComparison.Ordinal)
        )
        {
            throw MlflowException.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{field}', mlflow.runName='{tag}')."
            );
        }

        return MlflowValues.NameOf(
            !string.IsNullOrEmpty(field) ? field
            : !string.IsNullOrEmpty(tag) ? tag
            : RandomNames.Next()
        );
    }

    private static string? TakeParent(Dictionary<string, string?> tags) =>
        tags.TryGetValue(MlflowRunMapping.ParentTag, out var parent)
        && RunRules.TryNormalizeId(parent, out var id)
        && tags.Remove(MlflowRunMapping.ParentTag)
            ? id
            : null;
}
