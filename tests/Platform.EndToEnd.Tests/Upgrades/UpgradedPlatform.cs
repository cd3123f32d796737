using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Upgrades;

/// <summary>
/// Today's platform on the data of release 0.1.0, whose training never stopped: brought up, let go on, and waited for until
/// nothing is in flight any more. Every caller needs a token and has none but those that the release gave it.
/// </summary>
public sealed class UpgradedPlatform : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private ReleaseData? _data;
    private ReleasedTraining? _training;
    private StandalonePlatform? _platform;

    /// <summary>What the release said of itself.</summary>
    internal ReleaseData Data => _data!;

    internal ReleasedTraining Training => _training!;

    internal StandalonePlatform Platform => _platform!;

    /// <summary>As an administrator with a token of the release.</summary>
    public PlatformApi Api => Platform.Api;

    /// <summary>The agent's identity as the release left it.</summary>
    public string IdentityBefore { get; private set; } = "";

    /// <summary>What the training had printed before the upgrade.</summary>
    public string SpoolBefore { get; private set; } = "";

    /// <summary>The node while the training ran on it.</summary>
    public JsonNode? NodeMeanwhile { get; private set; }

    /// <summary>A job that was submitted after the upgrade.</summary>
    public JsonNode? NewJob { get; private set; }

    public async Task InitializeAsync()
    {
        var folder = _folder.In("data");
        _data = await ReleaseData.RestoreAsync("0.1.0", folder);
        _platform = new StandalonePlatform(
            folder,
            [
                .. _data.Settings,
                ("Gateway__RequireTokens", "Always"),
                // A machine that stands still now and then must not lose its node. What the platform asks of agents is
                // told them when they join, so this one keeps the interval of the release.
                ("Nodes__HeartbeatSeconds", "20"),
                // An agent that tried to join again would be refused.
                ("Agent__JoinToken", "not-the-join-token"),
            ]
        );
        UseToken(_platform.Api.Http, _data.Token("administrator"));
        IdentityBefore = await File.ReadAllTextAsync(_data.IdentityFile);
        _training = new ReleasedTraining(_data);
        SpoolBefore = await _training.SpoolAsync();
        await _training.StartAsync(_platform.Url);
        try
        {
            await _platform.UpAsync();
            await WaitForTheRunningAttemptAsync();
            NodeMeanwhile = await FindNodeAsync();
            _training.Release();
            await WaitForTheEndAsync();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{await LogAsync()}", exception);
        }
    }

    /// <summary>Who somebody is; the one place that knows how a token is presented.</summary>
    public static void UseToken(HttpClient http, string token) =>
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    /// <summary>The API for whoever holds a token.</summary>
    internal PlatformApi As(string token)
    {
        var api = new PlatformApi(Platform.Url);
        UseToken(api.Http, token);
        return api;
    }

    /// <summary>What the platform has said.</summary>
    public Task<string> LogAsync() => File.ReadAllTextAsync(Data.PathOf("logs/platform.log"));

    public async Task DisposeAsync()
    {
        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }

        _training?.Kill();
        _folder.Dispose();
    }

    /// <summary>The agent has found it: what it printed while there was no platform has arrived.</summary>
    private async Task WaitForTheRunningAttemptAsync()
    {
        var id = Data.JobInFlight("running");
        await Api.WaitForStatusAsync(id, "running");
        await Api.WaitForStepsAsync(id, Training.Printed);
        await WaitFor.ConditionAsync(
            "the node to be online",
            async () => (await FindNodeAsync())["status"]!.GetValue<string>() == "online"
        );
    }

    private async Task<JsonNode> FindNodeAsync() =>
        (await Api.GetAsync("/api/nodes"))["items"]!.AsArray().Single()!.DeepClone();

    private async Task WaitForTheEndAsync()
    {
        var id = await Api.SubmitAsync(
            new
            {
                name = "new",
                project = "upgrade/jobs",
                command = new[] { "/bin/echo", "new" },
                resources = new { cpus = 0.25, memoryMiB = 128 },
            }
        );
        await Api.WaitForStatusAsync(Data.JobInFlight("running"), "succeeded");
        await Api.WaitForStatusAsync(Data.JobInFlight("stopping"), "cancelled");
        await Api.WaitForStatusAsync(Data.JobInFlight("resting"), "succeeded");
        await Api.WaitForStatusAsync(Data.JobInFlight("waiting"), "succeeded");
        NewJob = await Api.WaitForStatusAsync(id, "succeeded");
        await WaitFor.ConditionAsync(
            "every lease to be released",
            async () => (await FindNodeAsync())["leases"]!.AsArray().Count == 0
        );
        await WaitFor.ConditionAsync(
            "the runs of jobs to end",
            async () =>
                (await Api.GetAsync("/api/runs?limit=200"))["items"]!
                    .AsArray()
                    .All(run => run!["jobId"] is null || run["status"]!.GetValue<string>() != "running")
        );
    }
}
