using System.CommandLine;

namespace Platform.Cli.Jobs;

internal static class CancelJob
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        return new Command("cancel", "Cancel a job: its process is stopped within seconds.") { job }.Does(
            async context =>
                JobOutput.Print(
                    context,
                    await context.Client.PostAsync(
                        $"/api/jobs/{await JobArgument.FindAsync(context, context.Value(job))}/cancel",
                        null,
                        context.Cancelled
                    )
                )
        );
    }
}
