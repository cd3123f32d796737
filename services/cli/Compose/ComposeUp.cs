using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Compose;

internal static class ComposeUp
{
    /// <summary>A container that has started so often does not start by itself any more.</summary>
    private const int Restarts = 3;
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var profiles = ComposeCommands.Profile();
        var build = new Option<bool>("--build")
        {
            Description = "Build the platform's images from the source first, as after an upgrade.",
        };
        var wait = new Option<int>("--timeout")
        {
            Description = "Seconds until all containers must be ready.",
            DefaultValueFactory = _ => 300,
        };
        wait.AcceptOnlyBetween(1, 86400, "--timeout must be between 1 and 86400.");
        var services = ComposeCommands.Services("Only these and what they need, such as gateway; all when left out.");
        return new Command("up", "Start the containers that do not run, and return when all are ready.")
        {
            services,
            profiles,
            build,
            wait,
        }
            .Does(async context =>
            {
                var (docker, settings) = await ComposeCommands.OpenAsync(context, context.Value(profiles) ?? []);
                await UpAsync(
                    context,
                    docker,
                    settings,
                    [
                        "up",
                        "--detach",
                        "--wait",
                        "--wait-timeout",
                        context.Value(wait).ToString(CultureInfo.InvariantCulture),
                        .. context.Value(build) ? (string[])["--build"] : [],
                        .. context.Value(services),
                    ]
                );
                return await PrintReadyAsync(context, docker, settings);
            })
            .WithExamples("compose up", "compose up --profile core --profile metrics");
    }

    private static async Task UpAsync(
        CommandContext context,
        DockerCompose docker,
        ComposeSettings settings,
        IReadOnlyList<string> arguments
    )
    {
        var containers = new ComposeContainers(docker);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancelled);
        var up = docker.ComposeAsync(arguments, context.Error, stop.Token);
        while (await Task.WhenAny(up, Task.Delay(_lookEvery, context.Cancelled)) != up)
        {
            // Compose waits for a container that starts again and again until the time is over.
            if (await containers.RestartedAsync(Restarts, context.Cancelled) is [var broken, ..])
            {
                await stop.CancelAsync();
                await ((Task)up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new CliException(
                    $"{broken.Service} is not ready: {await containers.LastMessageAsync(broken, context.Cancelled)}"
                );
            }
        }

        context.Cancelled.ThrowIfCancellationRequested();
        var result = await up;
        if (result.ExitCode == 0)
        {
            return;
        }

        if (
            result.Errors.Contains("port is already allocated", StringComparison.Ordinal)
            || result.Errors.Contains("address already in use", StringComparison.Ordinal)
        )
        {
            throw new CliException(
                $"A port is in use: {result.LastError} Stop what listens there, or set another port ({ComposeSettings.Port}) in {settings.Path}."
            );
        }

        var reasons = new List<string>();
        foreach (var one in (await containers.ListAsync(context.Cancelled)).Where(one => IsBroken(one)))
        {
            reasons.Add($"{one.Service} is not ready: {await containers.LastMessageAsync(one, context.Cancelled)}");
        }

        throw new CliException(reasons.Count > 0 ? string.Join('\n', reasons) : result.LastError);
    }

    private static bool IsBroken(ComposeContainer container) => !container.IsFine && container.State is not "created";

    private static async Task<int> PrintReadyAsync(
        CommandContext context,
        DockerCompose docker,
        ComposeSettings settings
    )
    {
        var url = settings.Url.AbsoluteUri.TrimEnd('/');
        var isNew = !await HasAdministratorAsync(docker, context.Cancelled);
        return context.PrintDone(
            isNew
                ? $"""
                Platform is ready at {url}
                Every request needs a token. The first one, of an administrator, is shown only once:
                  ./platform compose token
                Sign in with it in the browser, and on the command line: ./platform login {url} --token-stdin
                """
                : $"Platform is ready at {url}",
            new JsonObject { ["url"] = url, ["hasAdministrator"] = !isNew }
        );
    }

    private static async Task<bool> HasAdministratorAsync(DockerCompose docker, CancellationToken cancellationToken)
    {
        try
        {
            return (await ComposeToken.AskAsync(docker, ["users", "list"], cancellationToken))
                .Items()
                .Any(user => user.Field("role") is "administrator");
        }
        catch (CliException)
        {
            // Only what is said next depends on it.
            return true;
        }
    }
}
