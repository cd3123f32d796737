using System.CommandLine;
using Platform.Cli.Alerts;
using Platform.Cli.Artifacts;
using Platform.Cli.Backups;
using Platform.Cli.Checks;
using Platform.Cli.Cluster;
using Platform.Cli.Compose;
using Platform.Cli.Contexts;
using Platform.Cli.Jobs;
using Platform.Cli.Models;
using Platform.Cli.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Platforms;
using Platform.Cli.Projects;
using Platform.Cli.RunFiles;
using Platform.Cli.Runs;
using Platform.Cli.Tokens;
using Platform.Cli.Users;
using Platform.LocalServers;

namespace Platform.Cli;

/// <summary>The tree of commands.</summary>
internal static class CommandLineProgram
{
    /// <summary>What the process ends with when the command line is wrong.</summary>
    public const int InvalidArguments = 2;

    /// <summary>What shells answer for a program whose output nobody reads any more, as in <c>| head</c>.</summary>
    private const int NotRead = 141;

    /// <summary>Words are taken as they are: none is the name of a file with more of them.</summary>
    private static readonly ParserConfiguration _parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line.</summary>
    /// <returns>
    /// 0 for success, 1 when the command failed, 2 for invalid arguments, 124 when a time that was given has passed, 130 when Ctrl-C
    /// ended it, 143 when SIGTERM did.
    /// </returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        CommandInvocation invocation,
        CancellationToken cancellationToken = default
    )
    {
        var error = invocation.Error;
        var root = Root();
        var parsed = root.Parse(CommandWords.Normalize(root, arguments), _parser);
        if (parsed.Errors.Count > 0 || ParseErrors.HasMistypedOption(parsed))
        {
            foreach (var problem in ParseErrors.Describe(parsed))
            {
                await error.WriteLineAsync($"platform: {problem}");
            }

            await error.WriteLineAsync(
                $"platform: see '{$"./platform {Suggestions.PathOf(parsed)}".TrimEnd()} --help'"
            );
            return InvalidArguments;
        }

        using var interruption = new Interruption(cancellationToken);
        try
        {
            invocation.EnableDefaultExceptionHandler = false;
            // The parser's own handling of signals does not tell which one came.
            invocation.ProcessTerminationTimeout = null;
            return await interruption.LimitAsync(parsed.InvokeAsync(invocation, interruption.Cancelled));
        }
        catch (Exception exception) when (exception is CliException or LocalServerException)
        {
            await error.WriteLineAsync($"platform: {exception.Message}");
            return exception is CliException failed ? failed.ExitCode : 1;
        }
        catch (OperationCanceledException)
        {
            return interruption.ExitCode;
        }
        catch (HttpRequestException)
        {
            // In the middle of an answer; that nothing answers is told by the client.
            await error.WriteLineAsync("platform: The connection to the platform was lost.");
            return 1;
        }
        catch (IOException exception) when (OutputStream.IsNotRead(exception))
        {
            return NotRead;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"platform: {FileErrors.Describe(exception)}");
            return 1;
        }
        catch (Exception exception)
        {
            await error.WriteLineAsync(
                string.IsNullOrEmpty(invocation.Variable("PLATFORM_DEBUG"))
                    ? "platform: This is a defect of the command; PLATFORM_DEBUG=1 prints what to report."
                    : $"platform: {exception}"
            );
            return 1;
        }
    }

    /// <summary>A command that the script <c>platform</c> runs itself; listed here only for the help.</summary>
    private static Command ScriptCommand(string name, string description) =>
        new Command(name, description).Does(_ =>
            throw new CliException($"'{name}' is run by the script: ./platform {name}")
        );

    /// <summary>All commands and their options.</summary>
    internal static RootCommand Root()
    {
        var root = new RootCommand("Train models on your own machines.")
        {
            Up.Create(),
            Down.Create(),
            Status.Create(),
            Logs.Create(SearchLogs.Create()),
            Demo.Create(),
            Rebuild.Create(),
            CreateBackup.Create(VerifyBackup.Create()),
            RestoreBackup.Create(),
            VerifyPlatform.Create(),
            Doctor.Create(),
            new Command("cluster", "A distributed platform on this machine: one process per service, RabbitMQ, agents.")
            {
                ClusterUp.Create(),
                ClusterDown.Create(),
                ClusterStatus.Create(),
            },
            ComposeCommands.Create(),
            new Command("jobs", "Submit trainings and follow them.")
            {
                SubmitJob.Create(),
                ListJobs.Create(),
                ShowJob.Create(),
                JobLogs.Create(),
                WaitForJobs.Create(),
                JobEvents.Create(),
                CancelJob.Create(),
                RetryJob.Create(),
                DeletedJobs.Bin.Delete(),
                DeletedJobs.Bin.Restore(),
                DeletedJobs.Bin.Purge(),
            },
            new Command("nodes", "The machines that train.")
            {
                ListNodes.Create(),
                ShowNode.Create(),
                DrainNode.Create(),
                ResumeNode.Create(),
                RemoveNode.Create(),
                CreateJoinToken.Create(),
                JoinTokens.Create(),
            },
            new Command("artifacts", "Versioned data sets and models.")
            {
                ListArtifacts.Create(),
                ShowArtifact.Create(),
                UploadArtifact.Create(),
                DownloadArtifact.Create(),
                SetAlias.Create(),
                DeletedVersions.Bin.Delete(),
                DeletedVersions.Bin.Restore(),
                DeletedVersions.Bin.Purge(),
            },
            new Command("models", "Registered models: their versions, stages and aliases.")
            {
                ModelCommands.List(),
                ModelCommands.Show(),
                ModelCommands.Alias(),
            },
            new Command("runs", "Tracked experiments: parameters and metrics.")
            {
                ListRuns.Create(),
                ListRuns.Search(),
                ListPaths.Create(),
                ShowRun.Create(),
                RunMetrics.Create(),
                CompareRuns.Create(),
                TagRun.Create(),
                DeletedRuns.Bin.Delete(),
                DeletedRuns.Bin.Restore(),
                DeletedRuns.Bin.Purge(),
                ExportRuns.Create(),
                ImportRuns.Create(),
                FlushRuns.Create(),
            },
            new Command("alerts", "What rules have found about metrics, jobs and nodes.")
            {
                AlertCommands.List(),
                AlertCommands.Show(),
                AlertCommands.Dismiss(),
                AlertCommands.Restore(),
                new Command("rules", "When alerts fire.")
                {
                    RuleCommands.List(),
                    RuleCommands.Create(),
                    RuleCommands.Delete(),
                    RuleCommands.Pause(),
                    RuleCommands.Resume(),
                },
                new Command("destinations", "Who is told of alerts.")
                {
                    DestinationCommands.List(),
                    DestinationCommands.Create(),
                    DestinationCommands.Rotate(),
                    DestinationCommands.Test(),
                    DestinationCommands.Delete(),
                },
            },
            Login.Create(),
            Logout.Create(),
            ContextCommands.Create(),
            Completion.Create(),
            new Command("users", "People and programs that use the platform, and what they may do.")
            {
                UserCommands.Add(),
                UserCommands.List(),
                UserCommands.Role(),
                UserCommands.Disable(),
                UserCommands.Enable(),
            },
            new Command("projects", "Registered projects and their settings.")
            {
                ProjectCommands.List(),
                ProjectCommands.Create(),
                ProjectCommands.Show(),
                ProjectCommands.Update(),
            },
            new Command("tokens", "Tokens with which users and programs sign in.")
            {
                CreateToken.Create(),
                ListTokens.Create(),
                RevokeToken.Create(),
            },
            ScriptCommand("test", "Run all tests (of the source tree)."),
            ScriptCommand("bench", "Run the benchmarks and their baselines (of the source tree)."),
            ScriptCommand(
                "soak",
                "Inject random faults into a cluster while it trains, then check it (of the source tree)."
            ),
        };
        foreach (var option in GlobalOptions.All)
        {
            root.Options.Add(option);
        }

        Examples.AddToHelp(root);
        return root;
    }
}
