using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>
/// Streams a log as server-sent events while it grows: <c>id</c> is the offset after the line, <c>data</c> the line.
/// The stream may be opened before the job runs. A follower of one attempt gets <c>event: end</c> when that log is
/// complete; a follower without an attempt continues with later ones (<c>event: attempt</c>) and gets it when the job
/// has ended. A last line without a line break is sent then too. A follower that requests progress also gets the
/// incomplete line while it grows (<c>event: progress</c>), as on a terminal.
/// </summary>
internal sealed class LogFollower(
    LogStore logs,
    LogSignals signals,
    IHostApplicationLifetime lifetime,
    IOptions<JobsOptions> options,
    TimeProvider clock
)
{
    public async Task FollowAsync(
        Guid jobId,
        int rank,
        LogCursor cursor,
        bool withProgress,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        response.BeginEventStream();
        // A follower must not delay the shutdown of this process: it reconnects.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        try
        {
            await FollowAsync(jobId, rank, cursor, withProgress, response.BodyWriter, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client disconnected, or the process stops.
        }
    }

    private async Task FollowAsync(
        Guid jobId,
        int rank,
        LogCursor cursor,
        bool withProgress,
        PipeWriter output,
        CancellationToken cancellationToken
    )
    {
        using var follower = signals.Follow(jobId);
        await CommentAsync(output, "following", cancellationToken);
        var lines = new LogLines(output, cursor.Offset, cursor.Suffix);
        while (true)
        {
            var change = follower.NextChange;
            var (state, pieces) =
                await logs.ReadNextAsync(new LogKey(jobId, cursor.Attempt, rank), lines.Offset, cancellationToken)
                ?? throw new InvalidOperationException($"Job {jobId} does not exist any more.");
            foreach (var piece in pieces)
            {
                lines.Add(piece.Span);
                await output.FlushAsync(cancellationToken);
            }

            if (lines.Offset < state.Offset && pieces.Count > 0)
            {
                continue;
            }

            if (cursor.IsPinned ? state.IsFinal : state.HasJobEnded && cursor.Attempt >= state.CurrentAttempt)
            {
                lines.Finish();
                Write(output, "event: end\ndata: \n\n");
                await output.FlushAsync(cancellationToken);
                return;
            }

            if (!cursor.IsPinned && cursor.Attempt < state.CurrentAttempt)
            {
                lines.Finish();
                cursor = cursor.Next();
                lines = new LogLines(output, 0, cursor.Suffix);
                Write(output, $"event: attempt\nid: 0{cursor.Suffix}\ndata: {cursor.Attempt}\n\n");
                continue;
            }

            if (withProgress && lines.WriteIncomplete())
            {
                await output.FlushAsync(cancellationToken);
            }

            await WaitAsync(change, output, cancellationToken);
        }
    }

    private async Task WaitAsync(Task change, PipeWriter output, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await change.WaitAsync(options.Value.LogKeepAlive, clock, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                await CommentAsync(output, "waiting", cancellationToken);
            }
        }
    }

    private static async Task CommentAsync(PipeWriter output, string text, CancellationToken cancellationToken)
    {
        Write(output, $": {text}\n\n");
        await output.FlushAsync(cancellationToken);
    }

    private static void Write(PipeWriter output, string text) => Encoding.UTF8.GetBytes(text, output);
}
