using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Killing_the_tracking_service(TwoNodeCluster cluster)
{
    private const int Clients = 4;
    private const int Batches = 60;
    private const int BatchSize = 100;

    [Fact]
    public async Task while_points_are_logged_loses_none_that_was_acknowledged_and_stores_none_twice()
    {
        var runs = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var created = await cluster.Api.Http.PostAsJsonAsync("/api/runs", new { project = "faults" });
            runs.Add((string)(await created.Content.ReadFromJsonAsync<JsonNode>())!["id"]!);
        }

        var acknowledged = 0;
        var clients = Enumerable
            .Range(0, Clients)
            .Select(client => LogAsync(runs[client % runs.Count], $"key-{client}"))
            .ToList();
        await WaitFor.ConditionAsync(
            "some points to be stored",
            () => Task.FromResult(Volatile.Read(ref acknowledged) > Clients)
        );
        await cluster.KillAsync("tracking");
        Assert.Contains(clients, client => !client.IsCompleted);
        await cluster.UpAsync();
        await Task.WhenAll(clients);

        foreach (
            var (key, run) in Enumerable
                .Range(0, Clients)
                .Select(client => ($"key-{client}", runs[client % runs.Count]))
        )
        {
            var answer = await cluster.Api.GetAsync($"/api/runs/{run}/metrics?keys={key}&points=10000");
            var steps = answer["series"]![0]!["steps"]!.AsArray().Select(step => (int)step!);
            Assert.Equal(Enumerable.Range(0, Batches * BatchSize), steps);
        }

        // A client sends what was not acknowledged again, as the SDK does: late and in another order than the others.
        async Task LogAsync(string run, string key)
        {
            for (var batch = 0; batch < Batches; batch++)
            {
                while (!await SendAsync(run, key, batch))
                {
                    await Task.Delay(50);
                }

                Interlocked.Increment(ref acknowledged);
            }
        }
    }

    private async Task<bool> SendAsync(string run, string key, int batch)
    {
        var points = Enumerable
            .Range(batch * BatchSize, BatchSize)
            .Select(step => new
            {
                key,
                step,
                at = DateTimeOffset.UnixEpoch.AddSeconds(step).ToString("O", CultureInfo.InvariantCulture),
                value = step / 7.0,
            });
        try
        {
            using var answer = await cluster.Api.Http.PostAsJsonAsync($"/api/runs/{run}/metrics", new { points });
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
