using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Platforms;

namespace Platform.Cli.Compose;

/// <summary>The platform in containers: thin wrappers over <c>docker compose</c>, with errors that say what to do.</summary>
internal static class ComposeCommands
{
    private static readonly Option<string?> _file = new("--env-file")
    {
        Description = "The file with settings and secrets (infra/compose/.env).",
        HelpName = "FILE",
    };

    /// <summary>As Docker has it: those that are given replace those of the file.</summary>
    internal static Option<string[]> Profile() =>
        new("--profile")
        {
            Description = "Instead of those in the file: core, gpu, metrics, elk; can be given several times.",
            HelpName = "NAME",
        };

    internal static string FileOf(CommandContext context) =>
        context.Value(_file) is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(SourceTree.PathOf("infra", "compose"), ".env");

    /// <summary>Docker on the file that is meant, once both can be used.</summary>
    internal static async Task<(DockerCompose Docker, ComposeSettings Settings)> OpenAsync(
        CommandContext context,
        IReadOnlyList<string> profiles
    )
    {
        var settings = ComposeSettings.Read(FileOf(context));
        settings.Check(profiles);
        var docker = new DockerCompose(settings, profiles);
        await docker.CheckAsync(context.Cancelled);
        return (docker, settings);
    }

    public static Command Create()
    {
        var compose = new Command("compose", "The platform in containers (Docker): see docs/compose.md.")
        {
            Init(),
            ComposeUp.Create(),
            Down(),
            Status(),
            Logs(),
            ComposeToken.Create(),
        };
        foreach (var command in compose.Subcommands)
        {
            command.Options.Add(_file);
        }

        return compose;
    }

    private static Command Init()
    {
        var address = new Option<string>("--address")
        {
            Description = "Where the gateway listens on this machine: 127.0.0.1, 0.0.0.0 or an address of it.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var port = new Option<int>("--port") { Description = "The gateway's port.", DefaultValueFactory = _ => 5080 };
        port.AcceptOnlyBetween(1, 65535, "--port must be between 1 and 65535.");
        var agents = new Option<string?>("--agents")
        {
            Description = "Let agents on other machines join, which reach this one at ADDRESS.",
            HelpName = "ADDRESS",
        };
        return new Command("init", "Write the file with settings and generated secrets, unless it exists.")
        {
            address,
            port,
            agents,
        }
            .Does(context =>
            {
                var file = FileOf(context);
                foreach (var given in new[] { context.Value(address)!, context.Value(agents) ?? "localhost" })
                {
                    if (Uri.CheckHostName(given) is UriHostNameType.Unknown)
                    {
                        throw new UsageException($"'{given}' is no address of a machine.");
                    }
                }

                var written = ComposeSettings.Create(
                    file,
                    context.Value(address)!,
                    context.Value(port),
                    context.Value(agents)
                );
                return Task.FromResult(
                    context.PrintDone(
                        written
                            ? $"{file} is written, with new secrets. Next: ./platform compose up"
                            : $"{file} exists and stays as it is.",
                        new JsonObject { ["file"] = file, ["written"] = written }
                    )
                );
            })
            .WithExamples("compose init", "compose init --address 0.0.0.0 --agents train.example");
    }

    private static Command Down() =>
        new Command("down", "Stop and remove the containers; what is stored stays in its volumes.").Does(
            async context =>
            {
                var (docker, _) = await OpenAsync(context, ["*"]);
                var result = await docker.ComposeAsync(["down"], context.Error, context.Cancelled);
                return result.ExitCode == 0
                    ? context.PrintDone("Stopped.", new JsonObject { ["stopped"] = true })
                    : throw new CliException(result.LastError);
            }
        );

    private static Command Status() =>
        new Command("status", "List the containers; fails unless all of them are fine.").Does(async context =>
        {
            var (docker, settings) = await OpenAsync(context, ["*"]);
            var all = await new ComposeContainers(docker).ListAsync(context.Cancelled);
            var fine = all.Count > 0 && all.All(one => one.IsFine);
            if (context.Json)
            {
                context.PrintJson(
                    new JsonObject
                    {
                        ["url"] = settings.Url.AbsoluteUri.TrimEnd('/'),
                        ["containers"] = new JsonArray([
                            .. all.Select(one => new JsonObject
                            {
                                ["service"] = one.Service,
                                ["state"] = one.State,
                                ["health"] = one.Health.Length == 0 ? null : one.Health,
                                ["fine"] = one.IsFine,
                            }),
                        ]),
                    }
                );
                return fine ? 0 : 1;
            }

            context.PrintTable(
                ["service", "state", new Column("container", Drop: 1)],
                all.Select(one => (IReadOnlyList<string>)[one.Service, one.Summary, one.Id]),
                "The platform has no containers: './platform compose up' starts them."
            );
            return fine ? 0 : 1;
        });

    private static Command Logs()
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Keep printing new log lines." };
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "How many of the last lines of each container.",
            DefaultValueFactory = _ => 100,
        };
        lines.AcceptOnlyBetween(0, int.MaxValue, "--lines must not be negative.");
        var services = Services("Whose logs, such as jobs; all when left out.");
        var command = new Command("logs", "Print what the containers log.") { services, follow, lines };
        command.RefuseJson("A log is printed as it is; --json does not apply to it.");
        return command.Does(async context =>
        {
            var (docker, _) = await OpenAsync(context, ["*"]);
            return await docker.ShowAsync(
                [
                    "logs",
                    "--tail",
                    context.Value(lines).ToString(CultureInfo.InvariantCulture),
                    .. context.Value(follow) ? (string[])["--follow"] : [],
                    .. context.Value(services),
                ],
                context.Cancelled
            );
        });
    }

    internal static Argument<string[]> Services(string description) =>
        new("service") { Description = description, Arity = ArgumentArity.ZeroOrMore };
}
