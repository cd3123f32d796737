using System.CommandLine;
using Platform.Cli.Artifacts;
using Platform.Cli.Cluster;
using Platform.Cli.Jobs;
using Platform.Cli.Nodes;
using Platform.Cli.Platforms;
using Platform.Cli.Runs;
using Platform.Cli.Tokens;
using Platform.LocalServers;

namespace Platform.Cli;

/// <summary>The tree of commands.</summary>
internal static class CommandLineProgram
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 for success, 1 when the command failed, 2 when it was misspelt, 130 when it was interrupted.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellationToken = default
    )
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync($"platform: {problem.Message}");
            }

            await error.WriteLineAsync("platform: see './platform --help'");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = output,
                    Error = error,
                    EnableDefaultExceptionHandler = false,
                    // Commands end by themselves when they are interrupted: demo stops what it started.
                    ProcessTerminationTimeout = TimeSpan.FromMinutes(2),
                },
                cancellationToken
            );
        }
        catch (Exception exception) when (exception is CliException or LocalServerException)
        {
            await error.WriteLineAsync($"platform: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>What the script <c>platform</c> runs itself; here only so that the help names it.</summary>
    private static Command OfTheSourceTree(string name, string description) =>
        new Command(name, description).Does(_ =>
            throw new CliException($"'{name}' is run by the script: ./platform {name}")
        );

    private static RootCommand Root()
    {
        var root = new RootCommand("Train models on your own machines.")
        {
            Up.Create(),
            Down.Create(),
            Status.Create(),
            Logs.Create(),
            Demo.Create(),
            Rebuild.Create(),
            new Command("cluster", "The distributed shape on this machine: one process per service, RabbitMQ, agents.")
            {
                ClusterUp.Create(),
                ClusterDown.Create(),
                ClusterStatus.Create(),
            },
            new Command("jobs", "Submit trainings and follow them.")
            {
                SubmitJob.Create(),
                ListJobs.Create(),
                ShowJob.Create(),
                JobLogs.Create(),
                JobEvents.Create(),
                CancelJob.Create(),
                RetryJob.Create(),
            },
            new Command("nodes", "The machines that train.")
            {
                ListNodes.Create(),
                ShowNode.Create(),
                DrainNode.Create(),
                ResumeNode.Create(),
                CreateJoinToken.Create(),
            },
            new Command("artifacts", "Versioned data sets and models.")
            {
                ListArtifacts.Create(),
                ShowArtifact.Create(),
                UploadArtifact.Create(),
                DownloadArtifact.Create(),
                SetAlias.Create(),
            },
            new Command("runs", "Tracked experiments: parameters and metrics.")
            {
                ListRuns.Create(),
                ShowRun.Create(),
                RunMetrics.Create(),
                FlushRuns.Create(),
            },
            new Command("tokens", "Tokens for people and programs that reach the platform from elsewhere.")
            {
                CreateToken.Create(),
                ListTokens.Create(),
                RevokeToken.Create(),
            },
            OfTheSourceTree("test", "Run all tests (of the source tree)."),
            OfTheSourceTree("bench", "Measure it, and what it is compared with (of the source tree)."),
            OfTheSourceTree(
                "soak",
                "Break parts of a cluster at random while it trains, then check it (of the source tree)."
            ),
        };
        foreach (var option in GlobalOptions.All)
        {
            root.Options.Add(option);
        }

        return root;
    }
}
