using System.CommandLine;

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
        from.AcceptOnlyBetween(0, long.MaxValue, "--from must not be negative.");
        var tail = new Option<int?>("--tail", "-n") { Description = "Start with this many of the last lines." };
        tail.AcceptOnlyBetween(0, int.MaxValue, "--tail must not be negative.");
        var command = new Command("logs", "Print a job's log, its bytes as they are.")
        {
            job,
            follow,
            attempt,
            rank,
            from,
            tail,
        };
        command.RefuseJson("A log is printed as it is; --json does not apply to it.");
        command.RefuseTogether(follow, attempt);
        command.RefuseTogether(follow, from);
        command.RefuseTogether(tail, from);
        return command.Does(async context =>
        {
            var id = await JobArgument.FindAnywhereAsync(context, context.Value(job));
            var (process, lines) = (context.Value(rank), context.Value(tail));
            if (context.Value(follow))
            {
                return await JobFollower.FollowAsync(context, context.Client, id, process, lines);
            }

            var source = new JobLogSource(context.Client, id, context.Value(attempt), process);
            var start = lines is { } last
                ? await source.FindLastLinesAsync(last, context.Cancelled)
                : context.Value(from) ?? 0;
            using var part = await source.ReadAsync(start, wait: false, context.Cancelled);
            await part.CopyAsync(context.OutputBytes, _ => { }, context.Cancelled);
            return 0;
        });
    }
}
