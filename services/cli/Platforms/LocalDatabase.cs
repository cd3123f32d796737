using System.Diagnostics;
using Platform.Cli.Cluster;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

/// <summary>
/// Runs a program on the database of this machine's platform, whether the platform is running or not; or on the one that
/// <c>ConnectionStrings__Platform</c> names, as services do.
/// </summary>
internal static class LocalDatabase
{
    private const string ConnectionVariable = "ConnectionStrings__Platform";

    /// <summary>
    /// Runs a program with <c>ConnectionStrings:Platform</c> set; its output goes to this process's output.
    /// </summary>
    /// <returns>The program's exit code.</returns>
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> command)
    {
        if (
            context.DataPath is null
            && Environment.GetEnvironmentVariable(ConnectionVariable) is { Length: > 0 } connection
        )
        {
            return await RunAsync(command, connection, context.Cancelled);
        }

        var cluster = ClusterFolder.PathIn(context.DataPath);
        var folder = Path.GetFullPath(
            Path.Combine(
                ClusterFolder.IsRunning(context.DataPath) ? cluster : context.DataPath ?? DataFolder.Default,
                "postgres"
            )
        );
        if (!Directory.Exists(folder))
        {
            throw new CliException(
                $"No platform has run on {Path.GetDirectoryName(folder)}; give its data folder with --data."
            );
        }

        var ran = PrivatePostgres.ProcessOf(folder) is not null;
        var server = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Folder = folder },
            context.Error.WriteLine,
            context.Cancelled
        );
        try
        {
            return await RunAsync(command, server.ConnectionString, context.Cancelled);
        }
        finally
        {
            if (!ran)
            {
                await server.StopAsync(CancellationToken.None);
            }
        }
    }

    private static async Task<int> RunAsync(
        IReadOnlyList<string> command,
        string connection,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        start.Environment[ConnectionVariable] = connection;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
