using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Retention;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Retention;

[Trait("suite", "integration")]
[Trait("check", "ART-14")]
public sealed class Collecting_blobs(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private BlobCollector Collector => host.Services.GetRequiredService<BlobCollector>();

    private IBlobStore Bytes => host.Services.GetRequiredService<IBlobStore>();

    [Fact]
    public async Task leaves_young_ones_and_those_that_are_asked_for()
    {
        var (old, young, asked) = (await UploadAsync(), await UploadAsync(), await UploadAsync());
        await AgeAsync(old, asked);
        using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/blobs/{asked.Sha256}");
        using var known = await host.Http.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);

        await CollectAllAsync();

        Assert.False(await IsStoredAsync(old));
        Assert.True(await IsStoredAsync(young));
        Assert.True(await IsStoredAsync(asked));
    }

    [Fact]
    public async Task leaves_all_while_a_backup_is_made()
    {
        var file = await UploadAsync();
        await AgeAsync(file);
        await using var backup = await host
            .Services.GetRequiredService<ArtifactsStore>()
            .DataSource.OpenConnectionAsync();
        await using var hold = new NpgsqlCommand($"select pg_advisory_lock({BlobDeletion.Lock})", backup);
        await hold.ExecuteNonQueryAsync();

        await CollectAllAsync();
        Assert.True(await IsStoredAsync(file));

        hold.CommandText = $"select pg_advisory_unlock({BlobDeletion.Lock})";
        await hold.ExecuteNonQueryAsync();
        await AgeAsync(file);
        await CollectAllAsync();
        Assert.False(await IsStoredAsync(file));
    }

    [Fact]
    public async Task leaves_those_that_a_version_has_also_when_it_is_deleted()
    {
        var name = ArtifactsHost.NewName();
        var file = await UploadAsync();
        await host.CreateAsync(name, new CreateVersion { Files = [file] });
        await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/1");
        await AgeAsync(file);

        await CollectAllAsync();
        Assert.True(await IsStoredAsync(file));

        // It has just been asked for.
        await AgeAsync(file);
        await PurgeAsync($"{name}:1");
        await CollectAllAsync();
        Assert.False(await IsStoredAsync(file));
    }

    [Fact]
    public async Task leaves_those_that_another_version_has_too()
    {
        var (name, other) = (ArtifactsHost.NewName(), ArtifactsHost.NewName());
        var (own, shared) = (await UploadAsync(), await UploadAsync());
        await host.CreateAsync(name, new CreateVersion { Files = [own, shared] });
        await host.CreateAsync(other, new CreateVersion { Files = [shared with { Path = "elsewhere" }] });
        await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/1");
        await PurgeAsync($"{name}:1");
        await AgeAsync(own, shared);

        await CollectAllAsync();

        Assert.False(await IsStoredAsync(own));
        Assert.True(await IsStoredAsync(shared));
        using var read = await host.Http.GetAsync($"/api/artifacts/{other}/versions/1/files/elsewhere");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task passes_those_that_versions_have_in_one_go()
    {
        var named = new List<ArtifactFile>();
        for (var i = 0; i < 150; i++)
        {
            named.Add(await UploadAsync());
        }

        await host.CreateAsync(ArtifactsHost.NewName(), new CreateVersion { Files = named });
        // Before, between and after those that are named, and of the same age.
        var unused = new List<ArtifactFile>();
        for (var i = 0; i < 250; i++)
        {
            unused.Add(await UploadAsync());
        }

        await AgeAsync([.. named, .. unused]);

        await CollectAllAsync();

        var left = new List<bool>();
        foreach (var file in unused)
        {
            left.Add(await IsStoredAsync(file));
        }

        Assert.DoesNotContain(true, left);
        Assert.True(await IsStoredAsync(named[0]));
        Assert.True(await IsStoredAsync(named[^1]));
    }

    [Fact]
    public async Task goes_on_where_a_killed_process_stopped()
    {
        var file = await UploadAsync();
        await AgeAsync(file);
        await ExecuteAsync("update blob set hidden = true where sha256 = any($1)", file);
        Assert.True(BlobName.TryParse(file.Sha256, out var name));
        await Bytes.DeleteAsync(name, CancellationToken.None);

        await CollectAllAsync();

        Assert.Equal(0, await ExecuteAsync("update blob set hidden = true where sha256 = any($1)", file));
    }

    [Fact]
    public async Task shows_a_hidden_one_again_that_is_uploaded_again()
    {
        var bytes = ArtifactsHost.RandomBytes(100);
        var file = await host.UploadAsync("file", bytes);
        await ExecuteAsync("update blob set hidden = true where sha256 = any($1)", file);

        using var refused = await host.Http.PostAsJsonAsync(
            $"/api/artifacts/{ArtifactsHost.NewName()}/versions",
            new CreateVersion { Files = [file] }
        );
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        await host.UploadAsync("file", bytes);

        await host.CreateAsync(ArtifactsHost.NewName(), new CreateVersion { Files = [file] });
    }

    /// <summary>
    /// Some clients upload, make versions and delete them permanently, all from the same few bytes, while bytes that nothing names are
    /// collected without any grace. A client may be told to upload again; no version may ever lack its bytes.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task is_safe_beside_uploads_and_new_versions(int seed)
    {
        var contents = Enumerable.Range(0, 6).Select(i => Encoding.UTF8.GetBytes($"{seed} {i} of the test")).ToArray();
        var left = new ConcurrentBag<(string Id, byte[][] Files)>();
        using var done = new CancellationTokenSource();
        var (collected, failed) = (0, 0);
        var collecting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                // All of them, however young.
                var (deleted, notDone) = await Collector.CollectAsync(
                    TimeProvider.System.GetUtcNow().AddHours(1),
                    CancellationToken.None
                );
                collected += deleted;
                failed += notDone;
            }
        });

        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(client => WorkAsync(new Random((seed * 100) + client), contents, left))
        );
        await done.CancelAsync();
        await collecting;

        Assert.True(collected > 0, "nothing was collected");
        Assert.Equal(0, failed);
        Assert.NotEmpty(left);
        foreach (var (id, files) in left)
        {
            var (name, version) = (id.Split(':')[0], id.Split(':')[1]);
            for (var i = 0; i < files.Length; i++)
            {
                Assert.Equal(
                    files[i],
                    await host.Http.GetByteArrayAsync($"/api/artifacts/{name}/versions/{version}/files/{i}")
                );
            }
        }
    }

    private async Task WorkAsync(Random random, byte[][] contents, ConcurrentBag<(string Id, byte[][] Files)> left)
    {
        for (var round = 0; round < 25; round++)
        {
            var chosen = contents.Where(_ => random.Next(2) == 0).DefaultIfEmpty(contents[0]).ToArray();
            var id = await MakeAsync(ArtifactsHost.NewName(), chosen);
            if (random.Next(3) == 0)
            {
                left.Add((id, chosen));
                continue;
            }

            await host.SendAsync(
                HttpMethod.Delete,
                $"/api/artifacts/{id.Replace(":", "/versions/", StringComparison.Ordinal)}"
            );
            await PurgeAsync(id);
        }
    }

    /// <summary>Uploads and makes a version, again for as long as what was uploaded is collected meanwhile.</summary>
    private async Task<string> MakeAsync(string name, byte[][] contents)
    {
        while (true)
        {
            var files = new List<ArtifactFile>();
            foreach (var content in contents)
            {
                using var put = await host.PutBlobAsync(ArtifactsHost.Sha256(content), content);
                Assert.Contains(
                    put.StatusCode,
                    new[] { HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable }
                );
                files.Add(
                    new ArtifactFile
                    {
                        Path = $"{files.Count}",
                        Size = content.Length,
                        Sha256 = ArtifactsHost.Sha256(content),
                    }
                );
            }

            using var answer = await host.Http.PostAsJsonAsync(
                $"/api/artifacts/{name}/versions",
                new CreateVersion { Files = files }
            );
            if (answer.StatusCode is HttpStatusCode.Created)
            {
                return $"{name}:1";
            }

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("blobs-missing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private Task<ArtifactFile> UploadAsync()
    {
        var bytes = ArtifactsHost.RandomBytes(100);
        return host.UploadAsync($"file-{ArtifactsHost.Sha256(bytes)}", bytes);
    }

    private async Task CollectAllAsync()
    {
        var (_, failed) = await Collector.CollectAsync(
            TimeProvider.System.GetUtcNow().AddHours(-1),
            CancellationToken.None
        );
        Assert.Equal(0, failed);
    }

    private async Task PurgeAsync(string id)
    {
        using var answer = await host.Http.PostAsJsonAsync("/api/artifacts/versions/purge", new { ids = new[] { id } });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task AgeAsync(params ArtifactFile[] files) =>
        await ExecuteAsync("update blob set used_at = now() - interval '2 hours' where sha256 = any($1)", files);

    private async Task<int> ExecuteAsync(string sql, params ArtifactFile[] files)
    {
        await using var command = host.Services.GetRequiredService<ArtifactsStore>().DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = files.Select(file => file.Sha256).ToArray() });
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> IsStoredAsync(ArtifactFile file)
    {
        Assert.True(BlobName.TryParse(file.Sha256, out var name));
        var bytes = await Bytes.FindSizeAsync(name, CancellationToken.None) is not null;
        using var head = new HttpRequestMessage(HttpMethod.Head, $"/api/artifacts/blobs/{file.Sha256}");
        using var known = await host.Http.SendAsync(head);
        Assert.Equal(bytes, known.StatusCode is HttpStatusCode.OK);
        return bytes;
    }
}
