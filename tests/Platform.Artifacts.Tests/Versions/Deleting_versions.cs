using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Changing;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Versions;

[Trait("suite", "integration")]
public sealed class Deleting_versions(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    [Trait("check", "ART-07")]
    public async Task moves_latest_to_the_newest_that_is_left()
    {
        var name = await VersionsAsync(3);
        Assert.Equal(3, await LatestAsync(name));

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/3");
        Assert.Equal(2, await LatestAsync(name));
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        Assert.Equal(2, await LatestAsync(name));
        await host.CreateAsync(name);
        Assert.Equal(4, await LatestAsync(name));
    }

    [Fact]
    [Trait("check", "ART-08")]
    public async Task never_frees_a_number()
    {
        var name = await VersionsAsync(3);
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/3");

        Assert.Equal(4, (await host.CreateAsync(name)).Version);

        await PostAsync("purge", new { ids = new[] { $"{name}:1", $"{name}:3" } });

        Assert.Equal([4, 2], await NumbersAsync($"{name}/versions"));
        Assert.Equal(5, (await host.CreateAsync(name, $"{name} again")).Version);
    }

    [Fact]
    [Trait("check", "ART-09")]
    public async Task hides_them_from_every_reader_until_they_are_restored()
    {
        var name = await VersionsAsync(2);
        await host.SendAsync(HttpMethod.Put, $"/api/artifacts/{name}/aliases/prod", """{"version":1}""");
        var before = await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions/1");
        string[] paths = ["1", "v1", "prod", "1/files/file.txt", "1/archive"];

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        foreach (var path in paths)
        {
            Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/{path}")).Status);
        }

        var (_, problem) = await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/v1");
        Assert.Equal("artifact.version-in-bin", (string?)problem!["code"]);
        Assert.Equal([2], await NumbersAsync($"{name}/versions"));
        Assert.Equal([1], await NumbersAsync($"{name}/versions?deleted=true"));
        var artifact = await host.GetAsync<ArtifactDetail>($"/api/artifacts/{name}");
        Assert.Equal(["latest"], artifact.Aliases.Keys);
        Assert.Equal(1, artifact.VersionCount);

        await ChangeAsync(HttpMethod.Post, $"{name}/versions/1/restore");

        Assert.Equal(
            before.ToJsonString(),
            (await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions/prod")).ToJsonString()
        );
        foreach (var path in paths)
        {
            Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/{path}")).Status);
        }
    }

    [Fact]
    public async Task of_all_leaves_an_artifact_without_latest_that_is_not_listed()
    {
        var name = await VersionsAsync(1);

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        var artifact = await host.GetAsync<ArtifactDetail>($"/api/artifacts/{name}");
        Assert.Null(artifact.LatestVersion);
        Assert.Equal((0, 0L), (artifact.VersionCount, artifact.Size));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/latest")).Status);
        Assert.Equal(0, (int)(await host.GetAsync<JsonNode>($"/api/artifacts?search={name}"))["total"]!);
    }

    [Fact]
    public async Task says_who_did_it_and_why()
    {
        var name = await VersionsAsync(2);

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1?reason=wrong%20data");

        var version = (await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions?deleted=true"))["items"]![0]!;
        Assert.Equal("wrong data", (string?)version["deleteReason"]);
        Assert.Equal("user:tester", (string?)version["deletedBy"]);
        Assert.Equal(
            400,
            (await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/2?reason=a%0Ab")).Status
        );
    }

    [Fact]
    public async Task lists_the_artifact_with_the_deleted_ones_even_if_it_has_others()
    {
        var name = await VersionsAsync(2);
        Assert.Equal([], await ListedAsync(deleted: true));

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        Assert.Equal([name], await ListedAsync(deleted: true));
        Assert.Equal([name], await ListedAsync(deleted: false));

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/2");
        Assert.Equal([name], await ListedAsync(deleted: true));
        Assert.Equal([], await ListedAsync(deleted: false));

        async Task<IEnumerable<string?>> ListedAsync(bool deleted)
        {
            var page = await host.GetAsync<JsonNode>($"/api/artifacts?deleted={deleted}&total=exact&search={name}");
            var names = page["items"]!.AsArray().Select(item => (string?)item!["name"]).ToList();
            Assert.Equal(names.Count, (int)page["total"]!);
            return names;
        }
    }

    [Fact]
    public async Task answers_for_each_of_several()
    {
        var name = await VersionsAsync(3);

        var items = (
            await PostAsync("delete", new { ids = new[] { $"{name}:3", $"{name}:9", "no-such:1", $"{name}:v1", "x" } })
        )["items"]!.AsArray();

        Assert.Equal(
            [
                (true, null),
                (false, "artifact.version-not-found"),
                (false, "artifact.not-found"),
                (true, null),
                (false, "artifact.version-not-found"),
            ],
            items.Select(item => ((bool)item!["done"]!, (string?)item["problem"]?["code"]))
        );
        Assert.Equal([2], await NumbersAsync($"{name}/versions"));
    }

    [Fact]
    [Trait("check", "RUN-21")]
    public async Task permanently_says_first_which_bytes_go_and_which_others_share()
    {
        var (name, other) = (ArtifactsHost.NewName(), ArtifactsHost.NewName());
        var own = await host.UploadAsync("own", ArtifactsHost.RandomBytes(100));
        var shared = await host.UploadAsync("shared", ArtifactsHost.RandomBytes(200));
        await host.CreateAsync(name, new CreateVersion { Files = [own, shared] });
        await host.CreateAsync(other, new CreateVersion { Files = [shared] });
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        var answer = await PostAsync("purge", new { ids = new[] { $"{name}:1", $"{other}:1" }, dryRun = true });

        Assert.Equal(
            [null, "artifact.version-not-deleted"],
            answer["items"]!.AsArray().Select(item => (string?)item!["problem"]?["code"])
        );
        var content = answer["content"]!;
        Assert.Equal(
            (1, 100, 1, 200),
            (
                (int)content["orphanedBlobs"]!,
                (int)content["orphanedBytes"]!,
                (int)content["sharedBlobs"]!,
                (int)content["sharedBytes"]!
            )
        );
        Assert.Equal(own.Sha256, (string?)content["orphaned"]![0]!["sha256"]);
        Assert.Equal([1], await NumbersAsync($"{name}/versions?deleted=true"));

        var all = await PostAsync("purge", new { ids = new[] { $"{name}:1" }, dryRun = false });

        Assert.True((bool)all["items"]![0]!["done"]!);
        Assert.Equal(
            (410, "/problems/artifact.version-purged"),
            await ProblemAsync(HttpMethod.Post, $"{name}/versions/1/restore")
        );
        Assert.Equal((404, "/problems/artifact.not-found"), await ProblemAsync(HttpMethod.Get, name));
        Assert.Equal(2, (await host.CreateAsync(name)).Version);
    }

    /// <summary>The restore comes between the check of the versions and their purge, which waits for a lock meanwhile.</summary>
    [Fact]
    public async Task permanently_is_refused_for_every_spelling_of_a_version_that_is_restored_meanwhile()
    {
        var name = await VersionsAsync(1);
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        var database = host.Services.GetRequiredService<ArtifactsStore>().DataSource;
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var lockFiles = connection.CreateCommand())
        {
            lockFiles.CommandText = "lock table manifest_file in access exclusive mode";
            await lockFiles.ExecuteNonQueryAsync();
        }

        var purging = PostAsync("purge", new { ids = new[] { $"{name}:1", $"{name}:v1" } });
        await using var waiting = database.CreateCommand(
            "select count(*) > 0 from pg_locks where relation = 'manifest_file'::regclass and not granted"
        );
        await WaitFor.ConditionAsync(
            "the purge to wait for the lock",
            async () => (bool)(await waiting.ExecuteScalarAsync())!
        );
        await ChangeAsync(HttpMethod.Post, $"{name}/versions/1/restore");
        await transaction.CommitAsync();

        Assert.Equal(
            ["artifact.version-not-deleted", "artifact.version-not-deleted"],
            (await purging)["items"]!.AsArray().Select(item => (string?)item!["problem"]?["code"])
        );
        Assert.Equal([1], await NumbersAsync($"{name}/versions"));
    }

    [Fact]
    public async Task permanently_takes_its_aliases_and_its_key_with_it()
    {
        var name = ArtifactsHost.NewName();
        var file = await host.UploadAsync("file", ArtifactsHost.RandomBytes(10));
        var request = JsonSerializer.Serialize(
            new CreateVersion { Files = [file], Aliases = ["best"] },
            JsonSerializerOptions.Web
        );
        var path = $"/api/artifacts/{name}/versions";
        Assert.Equal(201, (await host.SendAsync(HttpMethod.Post, path, request, ("Idempotency-Key", "a"))).Status);
        await host.CreateAsync(name);
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        await PostAsync("purge", new { ids = new[] { $"{name}:1" } });

        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"{path}/best")).Status);
        var (_, again) = await host.SendAsync(HttpMethod.Post, path, request, ("Idempotency-Key", "a"));
        Assert.Equal(3, (int)again!["version"]!);
    }

    [Fact]
    public async Task shows_in_a_repeated_upload_that_its_version_is_in_the_recycle_bin()
    {
        var (name, file) = (ArtifactsHost.NewName(), await host.UploadAsync("a", [1]));
        var (path, request) = (
            $"/api/artifacts/{name}/versions",
            JsonSerializer.Serialize(new { files = new[] { file } }, JsonSerializerOptions.Web)
        );
        var (_, first) = await host.SendAsync(HttpMethod.Post, path, request, ("Idempotency-Key", "a"));
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        var (_, again) = await host.SendAsync(HttpMethod.Post, path, request, ("Idempotency-Key", "a"));

        Assert.Null(first!["deletedAt"]);
        Assert.Equal(1, (int)again!["version"]!);
        Assert.NotNull(again["deletedAt"]);
    }

    [Theory]
    [InlineData("latest", 400, "validation")]
    [InlineData("99999999999999999999", 400, "validation")]
    [InlineData("9", 404, "artifact.version-not-found")]
    public async Task needs_the_number_of_one_that_exists(string version, int expected, string problemType)
    {
        var name = await VersionsAsync(1);

        var (status, problem) = await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/{version}");

        Assert.Equal(expected, status);
        Assert.Equal($"/problems/{problemType}", (string?)problem!["type"]);
    }

    private async Task<string> VersionsAsync(int count)
    {
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < count; i++)
        {
            await host.CreateAsync(name, $"{name} {i}");
        }

        return name;
    }

    private async Task<JsonNode> PostAsync(string action, object body)
    {
        var (status, answer) = await host.SendAsync(
            HttpMethod.Post,
            $"/api/artifacts/versions/{action}",
            JsonSerializer.Serialize(body)
        );
        Assert.True(status == 200, answer?.ToJsonString());
        return answer!;
    }

    private async Task<(int Status, string? Type)> ProblemAsync(HttpMethod method, string path)
    {
        var (status, problem) = await host.SendAsync(method, $"/api/artifacts/{path}");
        return (status, (string?)problem!["type"]);
    }

    private async Task ChangeAsync(HttpMethod method, string path) =>
        Assert.Equal(204, (await host.SendAsync(method, $"/api/artifacts/{path}")).Status);

    private async Task<int> LatestAsync(string name) =>
        (await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/latest")).Version;

    private async Task<IReadOnlyList<int>> NumbersAsync(string path) =>
        [
            .. (await host.GetAsync<JsonNode>($"/api/artifacts/{path}"))["items"]!
                .AsArray()
                .Select(item => (int)item!["version"]!),
        ];
}
