using System.Globalization;
using System.Net.Http.Json;
using Platform.Bench;

namespace Platform.EndToEnd.Tests.Faults;

/// <summary>Processes of its own are killed, and the machine is busy with two of each.</summary>
[CollectionDefinition("two of each", DisableParallelization = true)]
public sealed class TwoOfEachCollection;

/// <summary>How soon one takes over from the other is measured by <c>./platform bench replicas</c>.</summary>
[Collection("two of each")]
[Trait("suite", "e2e")]
public sealed class Two_of_each_service : IAsyncLifetime
{
    private const int Steps = 300;
    private const string Submitted = "e2e/submitted";
    private const string Run = "watched";

    /// <summary>One of each; the first gateway is the one that the agent uses.</summary>
    private static readonly string[] _killed = ["jobs", "nodes-2", "artifacts", "tracking-2", "gateway"];

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(30);

    private readonly TestFolder _folder = new();
    private readonly Cluster _cluster;

    public Two_of_each_service() =>
        _cluster = new Cluster(_folder.Path, nodes: 1, ("Nodes__MissedHeartbeats", "15")) { Replicas = 2 };

    public Task InitializeAsync() => _cluster.UpAsync();

    public async Task DisposeAsync()
    {
        _cluster.Dispose();
        await _cluster.DownAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task go_on_with_one_killed_and_lose_nothing_and_do_nothing_twice()
    {
        Uri[] gateways = [_cluster.AddressOf("gateway"), _cluster.AddressOf("gateway-2")];
        using (
            var created = await _cluster.Api.Http.PostAsJsonAsync("/api/runs", new { id = Run, project = "e2e/faults" })
        )
        {
            created.EnsureSuccessStatusCode();
        }

        var counting = await _cluster.Api.SubmitAsync(CountingJob.Create(Steps, pause: 0.05));
        await _cluster.Api.WaitForStatusAsync(counting, "running");
        var followers = gateways.Select(gateway => FollowedLog.ReadAsync(gateway, counting)).ToList();
        await using var load = new ClientLoad(gateways);
        Add(load);
        foreach (var process in _killed)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            await _cluster.KillAsync(process);
        }

        await Task.Delay(TimeSpan.FromSeconds(2));
        await _cluster.UpAsync();
        await _cluster.Api.AssertCountedAsync(counting, Steps);
        var results = await load.EndAsync();

        Assert.All(await Task.WhenAll(followers), log => Assert.Equal(CountingJob.Lines(1, Steps), log));
        var failures = results.SelectMany(kind => kind.Failures.Select(failure => $"{kind.Name}: {failure}")).ToList();
        var requests = results.Sum(kind => kind.Requests);
        Assert.True(
            failures.Count < 0.01 * requests,
            $"{failures.Count} of {requests} requests failed:\n{string.Join('\n', failures)}"
        );
        await AssertSubmittedOnceAsync(SucceededOf(results, "submit"));
        await _cluster.Api.WaitForMeasuredStepsAsync(Run, "value", SucceededOf(results, "metrics"));
        await _cluster.AssertRecoveredAsync();
    }

    private static int SucceededOf(IReadOnlyList<KindOfRequest> results, string kind)
    {
        var of = results.Single(result => result.Name == kind);
        return of.Requests - of.Failures.Count;
    }

    private static void Add(ClientLoad load)
    {
        load.Add(
            "submit",
            TimeSpan.FromMilliseconds(300),
            number =>
                Post(
                    "/api/jobs",
                    new
                    {
                        name = "nothing",
                        project = Submitted,
                        command = new[] { "/bin/true" },
                        resources = new
                        {
                            gpus = 0,
                            cpus = 0.25,
                            memoryMiB = 16,
                        },
                    },
                    $"submitted-{number}"
                )
        );
        load.Add(
            "metrics",
            _pause,
            number =>
                Post(
                    $"/api/runs/{Run}/metrics",
                    new
                    {
                        points = new[]
                        {
                            new
                            {
                                key = "value",
                                step = number + 1,
                                value = number,
                            },
                        },
                    }
                )
        );
        foreach (var path in (string[])["/api/jobs", "/api/nodes", "/api/artifacts", "/api/runs", $"/api/runs/{Run}"])
        {
            load.Add(path, _pause, _ => new HttpRequestMessage(HttpMethod.Get, path));
        }
    }

    private static HttpRequestMessage Post(string path, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return request;
    }

    /// <summary>Each that was accepted has ended, was started once, and there are no others.</summary>
    private async Task AssertSubmittedOnceAsync(int count)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture,
            $"/api/jobs?project={Uri.EscapeDataString(Submitted)}&limit=500"
        );
        var jobs = await WaitFor.ValueAsync(
            $"{count} jobs to end",
            async () => (await _cluster.Api.GetAsync(address))["items"]!.AsArray(),
            jobs => jobs.All(job => job!["status"]!.GetValue<string>() is "succeeded"),
            TimeSpan.FromMinutes(5)
        );
        Assert.Equal(count, jobs.Count);
        Assert.All(jobs, job => Assert.Equal(1, job!["attempt"]!.GetValue<int>()));
    }
}
