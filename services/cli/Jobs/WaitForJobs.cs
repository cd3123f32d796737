using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class WaitForJobs
{
    /// <summary>As <c>timeout</c> of the GNU core utilities.</summary>
    private const int TimedOut = 124;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var jobs = new Argument<string[]>("job")
        {
            Description = "The jobs: their ids, beginnings or ends of ids, or names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var timeout = new Option<int?>("--timeout")
        {
            Description = $"Give up after this many seconds, with the exit code {TimedOut}.",
        };
        timeout.AcceptOnlyBetween(1, int.MaxValue, "--timeout must be at least 1 second.");
        return new Command("wait", "Wait until jobs have ended; fail unless all succeeded.") { jobs, timeout }.Does(
            async context =>
            {
                var ids = new List<Guid>();
                foreach (var job in context.Value(jobs))
                {
                    ids.Add(await JobArgument.FindAnywhereAsync(context, job));
                }

                var limit = context.Value(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
                return await WaitAsync(context, ids, limit);
            }
        );
    }

    private static async Task<int> WaitAsync(CommandContext context, IReadOnlyList<Guid> ids, TimeSpan? limit)
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var patience = new Patience(context.Error, context.Client, clock);
        var ended = new List<JsonNode>();
        var exitCode = 0;
        foreach (var id in ids)
        {
            JsonNode? job;
            while ((job = await patience.TryAsync(() => FindEndedAsync(context, id))) is null)
            {
                if (limit is { } most && clock.GetElapsedTime(began) >= most)
                {
                    throw new CliException(
                        $"Job {id} has not ended within {Count.Of((long)most.TotalSeconds, "second")}."
                    )
                    {
                        ExitCode = TimedOut,
                    };
                }

                await Task.Delay(_pause, context.Cancelled);
            }

            ended.Add(job);
            exitCode |= context.Json ? Result(job) : await JobFollower.PrintEndAsync(context, job);
        }

        return context.Json
            ? context.PrintJson(new JsonObject { ["items"] = new JsonArray([.. ended.Select(job => job.DeepClone())]) })
                | exitCode
            : exitCode;
    }

    private static int Result(JsonNode job) => job.Field("status") is "succeeded" ? 0 : 1;

    private static async Task<JsonNode?> FindEndedAsync(CommandContext context, Guid id)
    {
        var job = await context.Client.GetAsync($"/api/jobs/{id}", context.Cancelled);
        return JobFollower.HasEnded(job) ? job : null;
    }
}
