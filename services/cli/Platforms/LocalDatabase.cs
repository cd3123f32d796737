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

    /// <summary>Runs a program with <c>ConnectionStrings:Platform</c> set; its output goes to this process's output.</summary>
    /// <returns>The program's exit code.</returns>
    public static Task<int> RunAsync(CommandContext context, IReadOnlyList<string> command) =>
        UseAsync(
            context,
            async connection =>
            {
                using var process = Process.Start(StartOf(command, connection))!;
                await process.WaitForExitAsync(context.Cancelled);
                return process.ExitCode;
            }
        );

    /// <summary>The same, with what it prints.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> ReadAsync(
        CommandContext context,
        IReadOnlyList<string> command
    ) =>
        UseAsync(
            context,
            async connection =>
            {
                var start = StartOf(command, connection);
                start.RedirectStandardOutput = true;
                start.RedirectStandardError = true;
                using var process = Process.Start(start)!;
                var output = process.StandardOutput.ReadToEndAsync(context.Cancelled);
                var errors = process.StandardError.ReadToEndAsync(context.Cancelled);
                await process.WaitForExitAsync(context.Cancelled);
                return (process.ExitCode, await output, await errors);
            }
        );

    /// <summary>Starts the database if it does not run, for as long as it is used.</summary>
    private static async Task<T> UseAsync<T>(CommandContext context, Func<string, Task<T>> use)
    {
        if (context.DataPath is null && context.Invocation.Variable(ConnectionVariable) is { Length: > 0 } connection)
        {
            return await use(connection);
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
            return await use(server.ConnectionString);
        }
        finally
        {
            if (!ran)
            {
                await server.StopAsync(CancellationToken.None);
            }
        }
    }

    private static ProcessStartInfo StartOf(IReadOnlyList<string> command, string connection)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1));
        start.Environment[ConnectionVariable] = connection;
        return start;
    }
}
