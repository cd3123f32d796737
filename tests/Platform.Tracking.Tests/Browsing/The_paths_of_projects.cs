using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Platform.Tracking.Browsing;

namespace Platform.Tracking.Tests.Browsing;

[Trait("suite", "integration")]
[Trait("row", "17")]
public sealed class The_paths_of_projects(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly string[] _statuses = ["running", "finished"];

    private static readonly Gen<ProjectCount> _count = Gen.Select(
        One("a", "b", "a-b", "ab").Array[1, 3].Select(words => string.Join('/', words)),
        One(_statuses),
        Gen.Long[0, 3],
        (project, status, count) => new ProjectCount(project, status, count)
    );

    [Fact]
    public void have_the_sums_of_what_is_below_them_by_status() =>
        _count
            .Array[0, 12]
            .Sample(counts =>
            {
                var paths = PathTree.Of(counts, below: null, depth: null, _statuses).ToList();

                Assert.All(
                    paths,
                    path =>
                    {
                        var below = counts.Where(count =>
                            $"{count.Project}/".StartsWith($"{path.Path}/", StringComparison.Ordinal)
                        );
                        Assert.Equal(Sums(below), path.Runs.ByStatus);
                        Assert.Equal(Sums(counts.Where(count => count.Project == path.Path)), path.Exact.ByStatus);
                        Assert.Equal(path.Runs.ByStatus.Values.Sum(), path.Runs.Count);
                        Assert.Equal(
                            paths.Exists(other => other.Path.StartsWith($"{path.Path}/", StringComparison.Ordinal)),
                            path.HasChildren
                        );
                    }
                );
                Assert.Equal(
                    counts.Where(count => count.Count > 0).Sum(count => count.Count),
                    paths.Where(path => !path.Path.Contains('/')).Sum(path => path.Runs.Count)
                );
                Assert.Equal(
                    paths.Select(path => path.Path.Split('/')),
                    paths.Select(path => path.Path.Split('/')).Order(Comparer<string[]>.Create(SegmentOrder))
                );
            });

    [Fact]
    public async Task are_those_of_their_runs_by_level_and_below_a_path()
    {
        var root = $"p{Guid.CreateVersion7():N}";
        await CreateAsync(root);
        await CreateAsync($"{root}/cv/yolo");
        await EndAsync(await CreateAsync($"{root}/cv/yolo"));
        var deleted = await CreateAsync($"{root}/nlp");
        await EndAsync(deleted);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{deleted}", body: null, HttpStatusCode.OK);

        var all = await PathsAsync($"below={root}");
        var direct = await PathsAsync($"below={root}&depth=1");
        var gone = await PathsAsync($"below={root}&deleted=true");

        Assert.Equal([$"{root}/cv 2 0 True", $"{root}/cv/yolo 2 2 False"], all);
        Assert.Equal([$"{root}/cv 2 0 True"], direct);
        Assert.Equal([$"{root}/nlp 1 1 False"], gone);
        var top = (await host.GetAsync("/api/paths?depth=1"))["paths"]!
            .AsArray()
            .Single(path => (string)path!["path"]! == root)!;
        Assert.Equal(
            """{"scheduled":0,"running":2,"finished":1,"failed":0,"interrupted":0}""",
            top["runs"]!["byStatus"]!.ToJsonString()
        );
        Assert.Equal(1, (long)top["exact"]!["count"]!);
    }

    [Theory]
    [InlineData("depth=0", "depth")]
    [InlineData("depth=101", "depth")]
    [InlineData("below=../etc", "below")]
    public async Task that_cannot_be_are_refused(string query, string field)
    {
        var problem = await host.SendAsync(
            HttpMethod.Get,
            $"/api/paths?{query}",
            body: null,
            HttpStatusCode.BadRequest
        );

        Assert.NotNull(problem["errors"]![field]);
    }

    private static Gen<string> One(params string[] values) =>
        Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static int SegmentOrder(string[] one, string[] other) =>
        one.Zip(other)
            .Select(pair => string.CompareOrdinal(pair.First, pair.Second))
            .FirstOrDefault(order => order != 0, one.Length - other.Length);

    private static Dictionary<string, long> Sums(IEnumerable<ProjectCount> counts) =>
        _statuses.ToDictionary(
            status => status,
            status => counts.Where(count => count.Status == status).Sum(count => count.Count)
        );

    private async Task<IEnumerable<string>> PathsAsync(string query) =>
        (await host.GetAsync($"/api/paths?{query}"))["paths"]!
            .AsArray()
            .Select(path =>
                $"{path!["path"]} {path["runs"]!["count"]} {path["exact"]!["count"]} {(bool)path["hasChildren"]!}"
            );

    private async Task<string> CreateAsync(string project) =>
        (string)(await host.SendAsync(HttpMethod.Post, "/api/runs", new { project }, HttpStatusCode.Created))["id"]!;

    private Task<JsonNode> EndAsync(string run) =>
        host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { status = "finished" }, HttpStatusCode.OK);
}
