using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Faults;

/// <summary>Everything that the API of a cluster says, which must be the same when it is made anew from the events.</summary>
internal sealed class ReadModels(LocalCluster cluster)
{
    public async Task AssertAreWhatEventsSayAsync()
    {
        var before = await AnswersAsync();

        await Command.SucceedAsync(
            TimeSpan.FromMinutes(1),
            "rebuild",
            "jobs",
            "nodes",
            "artifacts",
            "tracking",
            "gateway",
            "--data",
            cluster.Data
        );

        var after = await AnswersAsync();
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, answer => Assert.Equal($"{answer.Key} {answer.Value}", $"{answer.Key} {after[answer.Key]}"));
    }

    /// <summary>By address.</summary>
    private async Task<SortedDictionary<string, string>> AnswersAsync()
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var job in await ReadListAsync(answers, "/api/jobs?limit=200"))
        {
            await ReadAsync(answers, $"/api/jobs/{job["id"]}");
            await ReadAsync(answers, $"/api/jobs/{job["id"]}/events");
            await ReadAsync(answers, $"/api/jobs/{job["id"]}/artifacts");
        }

        foreach (var run in await ReadListAsync(answers, "/api/runs?limit=200"))
        {
            await ReadAsync(answers, $"/api/runs/{run["id"]}");
            await ReadAsync(answers, $"/api/runs/{run["id"]}/metrics/keys");
            await ReadAsync(answers, $"/api/runs/{run["id"]}/metrics?points=10000");
        }

        foreach (var artifact in await ReadListAsync(answers, "/api/artifacts?limit=200"))
        {
            await ReadAsync(answers, $"/api/artifacts/{artifact["name"]}");
            foreach (
                var version in await ReadListAsync(answers, $"/api/artifacts/{artifact["name"]}/versions?limit=200")
            )
            {
                await ReadAsync(answers, $"/api/artifacts/{artifact["name"]}/versions/{version["version"]}");
            }
        }

        await ReadAsync(answers, "/api/artifacts/statistics");
        await ReadAsync(answers, "/api/nodes/placements");
        await ReadAsync(answers, "/api/nodes/join-tokens");
        await ReadAsync(answers, "/api/tokens");
        foreach (var node in (await cluster.Api.GetAsync("/api/nodes"))["items"]!.AsArray())
        {
            // Beats go on; what its events say does not change.
            node!.AsObject().Remove("usage");
            node.AsObject().Remove("lastHeartbeatAt");
            answers.Add($"/api/nodes/{node["id"]}", node.ToJsonString());
        }

        return answers;
    }

    private async Task<IEnumerable<JsonNode>> ReadListAsync(SortedDictionary<string, string> answers, string path)
    {
        await ReadAsync(answers, path);
        return JsonNode.Parse(answers[path])!["items"]!.AsArray().Select(item => item!);
    }

    private async Task ReadAsync(SortedDictionary<string, string> answers, string path) =>
        answers.Add(path, await cluster.Api.Http.GetStringAsync(path));
}
