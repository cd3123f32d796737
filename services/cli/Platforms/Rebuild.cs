using System.CommandLine;

namespace Platform.Cli.Platforms;

internal static class Rebuild
{
    public static Command Create()
    {
        var services = new Argument<string[]>("service")
        {
            Description = "Whose read models.",
            Arity = ArgumentArity.OneOrMore,
        };
        services.AcceptOnlyFromAmong("jobs", "nodes", "artifacts", "tracking", "gateway");
        return new Command("rebuild", "Make services' read models anew from their events, while they run or not.")
        {
            services,
        }.Does(context =>
            LocalDatabase.RunAsync(
                context,
                BuiltPrograms.CommandFor(
                    "Platform.Standalone",
                    $"--rebuild={string.Join(',', context.Value(services)!)}"
                )
            )
        );
    }
}
