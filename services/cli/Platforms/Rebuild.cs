using System.CommandLine;

namespace Platform.Cli.Platforms;

internal static class Rebuild
{
    public static Command Create()
    {
        var service = new Argument<string>("service") { Description = "Whose read models." };
        service.AcceptOnlyFromAmong("jobs", "nodes", "artifacts", "tracking", "gateway");
        return new Command("rebuild", "Make a service's read models anew from its events, while it runs or not.")
        {
            service,
        }.Does(context =>
            LocalDatabase.RunAsync(
                context,
                BuiltPrograms.CommandFor("Platform.Standalone", $"--rebuild={context.Value(service)}")
            )
        );
    }
}
