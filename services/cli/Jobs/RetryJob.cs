using System.CommandLine;

namespace Platform.Cli.Jobs;

internal static class RetryJob
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        return new Command("retry", "Run a job that has ended once more.") { job }.Does(async context =>
            JobOutput.Print(
                context,
                await context.Client.PostAsync(
                    $"/api/jobs/{await JobArgument.FindAsync(context, context.Value(job))}/retry",
                    null,
                    context.Cancelled
                )
            )
        );
    }
}
