using System.CommandLine;

namespace Platform.Cli.Jobs;

internal static class ShowJob
{
    public static Command Create()
    {
        var job = JobArgument.Create();
        return new Command("show", "Show one job.") { job }.Does(async context =>
            JobOutput.Print(
                context,
                await context.Client.GetAsync(
                    $"/api/jobs/{await JobArgument.FindAnywhereAsync(context, context.Value(job))}",
                    context.Cancelled
                )
            )
        );
    }
}
