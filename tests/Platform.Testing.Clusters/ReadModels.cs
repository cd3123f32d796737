using System.Text.Json.Nodes;

namespace Platform.Testing.Clusters;

/// <summary>
/// All answers of a platform's API, which must be the same after its read models are rebuilt from the events.
/// </summary>
public static class ReadModels
{
    /// <summary>Rebuilds all read models while the platform runs. Nothing else may change meanwhile.</summary>
    public static Task AssertReadModelsMatchEventsAsync(this Cluster cluster) =>
        AssertMatchEventsAsync(cluster.Api, cluster.Data);

    /// <inheritdoc cref="AssertReadModelsMatchEventsAsync(Cluster)" />
    public static Task AssertReadModelsMatchEventsAsync(this StandalonePlatform platform) =>
        AssertMatchEventsAsync(platform.Api, platform.Data);

    private static async Task AssertMatchEventsAsync(PlatformApi api, string data)
    {
        await api.WaitForRunsAsync();
        var before = await AnswersAsync(api);

        await Command.SucceedAsync(
            TimeSpan.FromMinutes(3),
            "rebuild",
            "jobs",
            "nodes",
            "artifacts",
            "tracking",
            "gateway",
            "--data",
            data
        );

        var after = await AnswersAsync(api);
        var changed = before
            .Keys.Union(after.Keys)
            .Where(path => before.GetValueOrDefault(path) != after.GetValueOrDefault(path))
            .Select(path => $"{path} was {before.GetValueOrDefault(path)} and is {after.GetValueOrDefault(path)}")
            .ToList();
        Assert.True(changed.Count == 0, $"{changed.Count} answers changed: {string.Join("; ", changed.Take(3))}");
    }

    /// <summary>Waits until the run of each job that has ended knows of that, which changes it once more, a moment later.</summary>
    public static async Task WaitForRunsAsync(this PlatformApi api)
    {
        foreach (var job in await ReadListAsync(api, [], "/api/jobs"))
        {
            if (job["endedAt"] is { } ended)
            {
                await WaitFor.ValueAsync(
                    "the run to have heard of its job's end",
                    () => api.GetAsync($"/api/runs/{job["runId"]}"),
                    run => run["updatedAt"]!.GetValue<DateTimeOffset>() >= ended.GetValue<DateTimeOffset>()
                );
            }
        }
    }

    /// <summary>The API's answers about all resources, by path.</summary>
    private static async Task<SortedDictionary<string, string>> AnswersAsync(PlatformApi api)
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var job in await ReadListAsync(api, answers, "/api/jobs"))
        {
            await ReadAsync(api, answers, $"/api/jobs/{job["id"]}");
            await ReadAsync(api, answers, $"/api/jobs/{job["id"]}/events");
            await ReadAsync(api, answers, $"/api/jobs/{job["id"]}/artifacts");
        }

        foreach (var run in await ReadListAsync(api, answers, "/api/runs"))
        {
            await ReadAsync(api, answers, $"/api/runs/{run["id"]}");
            await ReadAsync(api, answers, $"/api/runs/{run["id"]}/metrics/keys");
            await ReadAsync(api, answers, $"/api/runs/{run["id"]}/metrics?points=10000");
        }

        foreach (var artifact in await ReadListAsync(api, answers, "/api/artifacts"))
        {
            var name = $"/api/artifacts/{artifact["name"]}";
            await ReadAsync(api, answers, name);
            foreach (var version in await ReadListAsync(api, answers, $"{name}/versions"))
            {
                await ReadAsync(api, answers, $"{name}/versions/{version["version"]}");
            }
        }

        await ReadAsync(api, answers, "/api/artifacts/statistics");
        await ReadAsync(api, answers, "/api/nodes/placements");
        await ReadAsync(api, answers, "/api/nodes/join-tokens");
        await ReadAsync(api, answers, "/api/users");
        await ReadAsync(api, answers, "/api/projects");
        foreach (var token in (await api.GetAsync("/api/tokens"))["items"]!.AsArray())
        {
            // This request itself moves it.
            token!.AsObject().Remove("lastUsedAt");
            answers.Add($"/api/tokens/{token["id"]}", token.ToJsonString());
        }

        foreach (var node in (await api.GetAsync("/api/nodes"))["items"]!.AsArray())
        {
            // Heartbeats continue; only what events determine is compared.
            node!.AsObject().Remove("usage");
            node.AsObject().Remove("lastHeartbeatAt");
            answers.Add($"/api/nodes/{node["id"]}", node.ToJsonString());
        }

        return answers;
    }

    /// <summary>All pages of a list.</summary>
    private static async Task<List<JsonNode>> ReadListAsync(
        PlatformApi api,
        SortedDictionary<string, string> answers,
        string path
    )
    {
        var items = new List<JsonNode>();
        for (var page = $"{path}?limit=200"; ; )
        {
            await ReadAsync(api, answers, page);
            var answer = JsonNode.Parse(answers[page])!;
            items.AddRange(answer["items"]!.AsArray().Select(item => item!));
            if (answer["nextCursor"]?.GetValue<string>() is not { } cursor)
            {
                return items;
            }

            page = $"{path}?limit=200&cursor={Uri.EscapeDataString(cursor)}";
        }
    }

    private static async Task ReadAsync(PlatformApi api, SortedDictionary<string, string> answers, string path) =>
        answers.Add(path, await api.Http.GetStringAsync(path));
}
