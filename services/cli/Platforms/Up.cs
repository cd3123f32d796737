using System.CommandLine;
using System.Runtime.InteropServices;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

internal static class Up
{
    public static Command Create()
    {
        var port = PortOption();
        var urls = new Option<string?>("--urls")
        {
            Description =
                "Addresses to listen on instead, such as http://0.0.0.0:5080; beyond loopback, tokens are required.",
        };
        var detach = new Option<bool>("--detach", "-d") { Description = "Run in the background; return when ready." };
        return new Command("up", "Start the platform on this machine and print its address when it is ready.")
        {
            port,
            urls,
            detach,
        }.Does(context =>
            context.Value(detach)
                ? DetachedAsync(context, context.Value(port), context.Value(urls))
                : Task.FromResult(Foreground(context, context.Value(port), context.Value(urls)))
        );
    }

    public static Option<int?> PortOption()
    {
        var port = new Option<int?>("--port") { Description = "The port on 127.0.0.1 (5080)." };
        port.AcceptOnlyBetween(0, 65535, "--port must be between 0 (any free one) and 65535.");
        return port;
    }

    private static async Task<int> DetachedAsync(CommandContext context, int? port, string? urls)
    {
        var data = context.Data;
        if (RunningPlatform.Find(data.Root) is { } already)
        {
            await context.Out.WriteLineAsync($"Platform is already running at {already.Url.AbsoluteUri.TrimEnd('/')}");
            return 0;
        }

        await context.Error.WriteLineAsync("Starting the platform …");
        var running = await StandalonePlatform.StartAsync(data, port, urls, context.Cancelled);
        await context.Out.WriteLineAsync($"Platform is ready at {running.Url.AbsoluteUri.TrimEnd('/')}");
        return 0;
    }

    /// <summary>Replaces this process by the platform, so that signals to this process reach the platform.</summary>
    private static int Foreground(CommandContext context, int? port, string? urls)
    {
        var command = StandalonePlatform.CommandFor(context.Data, port, urls);
        var error = Unix.Replace(command[0], [.. command.Skip(1)]);
        throw new CliException($"{command[0]} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
