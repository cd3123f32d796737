using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>
/// Streams a log as server-sent events while it grows: <c>id</c> is the offset behind the line, <c>data</c> the line.
/// It may be opened before the job runs. A follower of one attempt gets <c>event: end</c> when that log is complete; one that
/// named no attempt goes on with later ones (<c>event: attempt</c>) and gets it when the job is over. The last line is sent
/// then too when no line break ends it. A follower that asks for progress also sees that line while it grows
/// (<c>event: progress</c>), as one does on a terminal.
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
        LogPlace place,
        bool withProgress,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        response.BeginEventStream();
        // A follower must not hold up the end of this process: it reconnects.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            lifetime.ApplicationStopping
        );
        try
        {
            await FollowAsync(jobId, place, withProgress, response.BodyWriter, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, or the process ends.
        }
    }

    private async Task FollowAsync(
        Guid jobId,
        LogPlace place,
        bool withProgress,
        PipeWriter output,
        CancellationToken cancellationToken
    )
    {
        using var follower = signals.Follow(jobId);
        await CommentAsync(output, "following", cancellationToken);
        var lines = new LogLines(output, place.Offset, place.Suffix);
        while (true)
        {
            var change = follower.NextChange;
            var (state, pieces) =
                await logs.ReadNextAsync(jobId, place.Attempt, lines.Offset, cancellationToken)
                ?? throw new InvalidOperationException($"Job {jobId} is gone.");
            foreach (var piece in pieces)
            {
                lines.Add(piece.Span);
                await output.FlushAsync(cancellationToken);
            }

            if (lines.Offset < state.Offset && pieces.Count > 0)
            {
                continue;
            }

            if (place.IsPinned ? state.IsFinal : state.IsJobOver && place.Attempt >= state.CurrentAttempt)
            {
                lines.Finish();
                Write(output, "event: end\ndata: \n\n");
                await output.FlushAsync(cancellationToken);
                return;
            }

            if (!place.IsPinned && place.Attempt < state.CurrentAttempt)
            {
                lines.Finish();
                place = place.Next();
                lines = new LogLines(output, 0, place.Suffix);
                Write(output, $"event: attempt\nid: 0{place.Suffix}\ndata: {place.Attempt}\n\n");
                continue;
            }

            if (withProgress && lines.WriteBegun())
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
