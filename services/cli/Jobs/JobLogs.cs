using System.CommandLine;
using System.Globalization;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class JobLogs
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Follow the log until the job ends; fail when the job fails.",
        };
        var attempt = new Option<int?>("--attempt") { Description = "The attempt's number; the newest by default." };
        var rank = new Option<int>("--rank") { Description = "The process of a job of several; 0 by default." };
        var from = new Option<long?>("--from") { Description = "Start at this byte." };
        return new Command("logs", "Print a job's log.") { job, follow, attempt, rank, from }.Does(async context =>
        {
            if (context.Value(follow))
            {
                return await JobFollower.FollowAsync(context, context.Client, context.Value(job), context.Value(rank));
            }

            var path = Query.Path(
                $"/api/jobs/{context.Value(job)}/logs",
                ("attempt", context.Value(attempt)?.ToString()),
                (
                    "rank",
                    context.Value(rank) is > 0 and var other ? other.ToString(CultureInfo.InvariantCulture) : null
                ),
                ("from", context.Value(from)?.ToString())
            );
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var response = await context.Client.SendAsync(request, context.Cancelled);
            await using var stream = await response.Content.ReadAsStreamAsync(context.Cancelled);
            using var reader = new StreamReader(stream);
            var buffer = new char[16_384];
            while (await reader.ReadAsync(buffer, context.Cancelled) is > 0 and var read)
            {
                await context.Out.WriteAsync(buffer.AsMemory(0, read), context.Cancelled);
            }

            return 0;
        });
    }
}
