using System.CommandLine;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class JobEvents
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        return new Command("events", "Print everything that happened to a job.") { job }.Does(async context =>
        {
            var history = await context.Client.GetAsync($"/api/jobs/{context.Value(job)}/events", context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(history);
            }

            context.PrintTable(
                ["sequence", "at", "event", "data"],
                history
                    .Items()
                    .Select(entry =>
                        (IReadOnlyList<string>)
                            [entry.Field("sequence"), entry.Time("at"), entry.Field("type"), entry.Field("data")]
                    ),
                "Nothing happened yet."
            );
            return 0;
        });
    }
}
