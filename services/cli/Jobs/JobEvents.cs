using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class JobEvents
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        return new Command("events", "Print a job's history.") { job }.Does(async context =>
        {
            var id = await JobArgument.FindAnywhereAsync(context, context.Value(job));
            var history = await context.Client.GetAsync($"/api/jobs/{id}/events", context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(history);
            }

            foreach (var entry in history.Items())
            {
                var (sequence, type) = (entry.Field("sequence"), entry.Field("type"));
                await context.Out.WriteLineAsync(
                    $"{sequence, 6}  {context.Time(entry, "at")}  {type, -18}  {entry.Field("actor")}  {entry.Field("data")}"
                );
            }

            return 0;
        });
    }
}
