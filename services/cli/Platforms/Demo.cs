using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Artifacts;
using Platform.Cli.Jobs;
using Platform.Cli.Runs;
using Platform.Cli.Server;
using Platform.Contracts.Artifacts;
using Platform.LocalServers;
using Platform.Sdk;
using PlatformClient = Platform.Cli.Server.PlatformClient;

namespace Platform.Cli.Platforms;

/// <summary>Trains the example on data from the source tree; starts a platform when none is running.</summary>
internal static class Demo
{
    private const string Project = "demo/digits";
    private const string DataSet = "optdigits";
    private const string Code = "digits-code";
    private const string Model = "digits-model";

    public static Command Create()
    {
        var port = Up.PortOption();
        var keep = new Option<bool>("--keep")
        {
            Description =
                "Keep the platform running that was started for the demo; on a terminal it runs until Ctrl-C anyway.",
        };
        var command = new Command(
            "demo",
            "Train a small network on real handwritten digits and follow it to the end; nothing is downloaded."
        )
        {
            port,
            keep,
        };
        command.RefuseJson("The demo prints what happens as lines; --json does not apply to it.");
        return command.Does(context => RunAsync(context, context.Value(port), context.Value(keep)));
    }

    private static async Task<int> RunAsync(CommandContext context, int? port, bool keep)
    {
        var data = context.Data;
        var running = RunningPlatform.Find(data.Root);
        var startedHere = running is null;
        if (running is null)
        {
            await context.Out.WriteLineAsync("Starting the platform …");
            running = await StandalonePlatform.StartAsync(
                data,
                port,
                urls: null,
                context.Error.WriteLine,
                context.Cancelled
            );
        }

        await context.Out.WriteLineAsync($"Platform is ready at {Address(running)}");
        var stop = startedHere && !keep;
        var staysUp = stop && context.Terminal is not null;
        try
        {
            using var client = new PlatformClient(running.Url, context.TokenFor(running.Url));
            var exitCode = await TrainAsync(context, client, stop && !staysUp);
            if (staysUp)
            {
                await context.Out.WriteLineAsync($"The platform runs at {Address(running)} until you press Ctrl-C.");
                await WaitWhileRunningAsync(running, context.Cancelled);
            }

            return exitCode;
        }
        finally
        {
            if (stop && !running.Process().IsRunning)
            {
                await context.Out.WriteLineAsync("The platform was stopped.");
            }
            else if (stop)
            {
                await context.Out.WriteLineAsync("Stopping the platform …");
                await StandalonePlatform.StopAsync(running, CancellationToken.None);
                await context.Out.WriteLineAsync(
                    $"All data is kept in {data.Root}. Start the platform again: ./platform up{PortOption(port)}{DataOption(context)}"
                );
            }
        }
    }

    /// <summary>Waits until Ctrl-C, or until somebody else stops the platform.</summary>
    private static async Task WaitWhileRunningAsync(RunningPlatform running, CancellationToken cancelled)
    {
        while (running.Process().IsRunning && !cancelled.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<int> TrainAsync(CommandContext context, PlatformClient client, bool stopsAfterwards)
    {
        var upload = new ArtifactUpload(client, context.Out.WriteLine);
        await upload.EnsureLatestAsync(
            DataSet,
            new CreateVersion
            {
                Type = "dataset",
                Project = Project,
                Files = [],
            },
            ArtifactUpload.FilesOf([SourceTree.PathOf("examples", "data", DataSet)]).Files,
            context.Cancelled
        );
        await upload.EnsureLatestAsync(
            Code,
            new CreateVersion
            {
                Type = "code",
                Project = Project,
                Files = [],
            },
            Program(),
            context.Cancelled
        );
        var job = await SubmitJob.SubmitAsync(client, Job().ToJsonString(), key: null, context.Cancelled);
        var id = Guid.Parse(job.Field("id"));
        await context.Out.WriteLineAsync($"Job {id} ({job.Field("name")})");
        var exitCode = await JobFollower.FollowAsync(context, client, id);
        await PrintResultAsync(context, client, id, stopsAfterwards);
        return exitCode;
    }

    /// <summary>The files that the built example needs to run on any machine with .NET.</summary>
    private static IReadOnlyList<FileOfArtifact> Program() =>
        [
            .. ArtifactUpload
                .FilesOf([BuiltPrograms.FolderOf("Digits")])
                .Files.Where(file => Path.GetExtension(file.Name) is ".dll" or ".json"),
        ];

    private static JsonObject Job() =>
        new()
        {
            ["name"] = "digits",
            ["project"] = Project,
            ["command"] = new JsonArray("dotnet", "Digits.dll", "--data", $"inputs/{DataSet}"),
            ["source"] = new JsonObject { ["artifact"] = $"{Code}:latest" },
            ["inputs"] = new JsonArray(
                new JsonObject { ["artifact"] = $"{DataSet}:latest", ["path"] = $"inputs/{DataSet}" }
            ),
            ["outputs"] = new JsonArray(
                new JsonObject
                {
                    ["path"] = "outputs",
                    ["artifact"] = Model,
                    ["type"] = "model",
                }
            ),
            ["resources"] = new JsonObject
            {
                ["gpus"] = 0,
                ["cpus"] = 1,
                ["memoryMiB"] = 512,
            },
        };

    private static async Task PrintResultAsync(
        CommandContext context,
        PlatformClient client,
        Guid id,
        bool stopsAfterwards
    )
    {
        var job = await client.GetAsync($"/api/jobs/{id}", context.Cancelled);
        var run = await client.GetAsync($"/api/runs/{job.Field("runId")}", context.Cancelled);
        var kept = await client.GetAsync($"/api/jobs/{id}/artifacts", context.Cancelled);
        MetricOutput.Print(context, run);
        if (stopsAfterwards)
        {
            await context.Out.WriteLineAsync("After the platform is started again, see:");
        }

        var url = client.Address.AbsoluteUri.TrimEnd('/');
        await context.Out.WriteLineAsync($"  job    {url}/jobs/{id}");
        await context.Out.WriteLineAsync($"  log    {url}/api/jobs/{id}/logs");
        await context.Out.WriteLineAsync($"  run    {url}/runs/{job.Field("runId")}");
        foreach (var version in kept.Items().Where(item => item.Field("type") is "model"))
        {
            var name = $"{version.Field("name")}:{version.Field("version")}";
            await context.Out.WriteLineAsync($"  model  ./platform artifacts download {name}{DataOption(context)}");
        }
    }

    private static string Address(RunningPlatform running) => running.Url.AbsoluteUri.TrimEnd('/');

    private static string PortOption(int? port) => port is null ? "" : $" --port {port}";

    private static string DataOption(CommandContext context) =>
        context.DataPath is null ? "" : $" --data {context.DataPath}";
}
