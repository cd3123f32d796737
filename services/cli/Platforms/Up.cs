using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
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
        var command = new Command("up", "Start the platform on this machine and print its address when it is ready.")
        {
            port,
            urls,
            detach,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(GlobalOptions.Json) is { Implicit: false } && !result.GetValue(detach))
            {
                result.AddError(
                    "Without --detach the platform's log is printed as it is; --json does not apply to it."
                );
            }
        });
        return command.Does(context =>
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
            return Print(context, already, "already running");
        }

        await context.Error.WriteLineAsync("Starting the platform …");
        var running = await StandalonePlatform.StartAsync(data, port, urls, context.Error.WriteLine, context.Cancelled);
        return Print(context, running, "ready");
    }

    private static int Print(CommandContext context, RunningPlatform running, string how)
    {
        var url = running.Url.AbsoluteUri.TrimEnd('/');
        return context.PrintDone(
            $"Platform is {how} at {url}",
            new JsonObject { ["url"] = url, ["pid"] = running.Pid }
        );
    }

    /// <summary>Replaces this process by the platform, so that signals to this process reach the platform.</summary>
    private static int Foreground(CommandContext context, int? port, string? urls)
    {
        var command = StandalonePlatform.CommandFor(context.Data, port, urls);
        var error = Unix.Replace(command[0], [.. command.Skip(1)]);
        throw new CliException($"{command[0]} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
