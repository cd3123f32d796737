using System.CommandLine;
using Platform.Contracts.Services;

namespace Platform.Cli.Platforms;

internal static class Rebuild
{
    public static Command Create()
    {
        var services = new Argument<string[]>("service")
        {
            Description = "The services whose read models to rebuild.",
            Arity = ArgumentArity.OneOrMore,
        };
        services.AcceptOnlyFromAmong([.. ServiceCatalog.Schemas]);
        var command = new Command(
            "rebuild",
            "Rebuild services' read models from their events, whether they are running or not."
        )
        {
            services,
        };
        command.RefuseJson("A rebuild prints its progress as lines; --json does not apply to it.");
        return command.Does(context =>
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
