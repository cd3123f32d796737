using System.CommandLine;
using System.Diagnostics;
using Platform.Cli.Cluster;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Rebuild
{
    public static Command Create()
    {
        var service = new Argument<string>("service") { Description = "Whose read models." };
        service.AcceptOnlyFromAmong("jobs", "nodes", "artifacts", "tracking");
        return new Command("rebuild", "Make a service's read models anew from its events, while it runs or not.")
        {
            service,
        }.Does(async context =>
        {
            var folder = ClusterFolder.IsRunning(context.DataPath)
                ? new ClusterFolder(context.DataPath).Data
                : context.Data;
            var postgres = folder.PathOf("postgres");
            var ran = PrivatePostgres.ProcessOf(postgres) is not null;
            var options = new PrivatePostgresOptions { Folder = postgres };
            var server = await PrivatePostgres.StartAsync(options, context.Error.WriteLine, context.Cancelled);
            try
            {
                return await RunAsync(context.Value(service), server.ConnectionString, context.Cancelled);
            }
            finally
            {
                if (!ran)
                {
                    await server.StopAsync(CancellationToken.None);
                }
            }
        });
    }

    private static async Task<int> RunAsync(string service, string connection, CancellationToken cancellationToken)
    {
        var command = BuiltPrograms.CommandFor("Platform.Standalone", $"--rebuild={service}");
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        start.Environment["ConnectionStrings__Platform"] = connection;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
