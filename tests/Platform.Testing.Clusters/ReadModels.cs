using System.Text.Json.Nodes;

namespace Platform.Testing.Clusters;

/// <summary>Everything that the API of a platform says, which must be the same when it is made anew from the events.</summary>
public static class ReadModels
{
    /// <summary>Makes all of them anew while the platform runs. Nothing else may happen meanwhile.</summary>
    public static Task AssertReadModelsAreWhatEventsSayAsync(this Cluster cluster) =>
        AssertAreWhatEventsSayAsync(cluster.Api, cluster.Data);

    /// <inheritdoc cref="AssertReadModelsAreWhatEventsSayAsync(Cluster)" />
    public static Task AssertReadModelsAreWhatEventsSayAsync(this StandalonePlatform platform) =>
        AssertAreWhatEventsSayAsync(platform.Api, platform.Data);

    private static async Task AssertAreWhatEventsSayAsync(PlatformApi api, string data)
    {
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

    /// <summary>What the API says of everything there is, by address.</summary>
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
        foreach (var token in (await api.GetAsync("/api/tokens"))["items"]!.AsArray())
        {
            // Also by whoever asks here.
            token!.AsObject().Remove("lastUsedAt");
            answers.Add($"/api/tokens/{token["id"]}", token.ToJsonString());
        }

        foreach (var node in (await api.GetAsync("/api/nodes"))["items"]!.AsArray())
        {
            // Beats go on; what its events say does not change.
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
