using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Retention;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.Retention;

[Trait("suite", "integration")]
public sealed class Collecting_blobs_that_are_not_deleted(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private ArtifactsStore Database => host.Services.GetRequiredService<ArtifactsStore>();

    private IBlobStore Bytes => host.Services.GetRequiredService<IBlobStore>();

    [Fact]
    public async Task deletes_the_others()
    {
        var files = new List<ArtifactFile>();
        for (var i = 0; i < 5; i++)
        {
            files.Add((await UploadAsync()).File);
        }

        await HideAsync([.. files]);
        var first = files.MinBy(file => file.Sha256, StringComparer.Ordinal)!;
        var store = new HookedStore(
            Bytes,
            name =>
                name == NameOf(first)
                    ? throw new IOException("The test refuses it.")
                    : Bytes.DeleteAsync(name, CancellationToken.None)
        );

        Assert.Equal((4, 1), await CollectAsync(Create(store)));

        foreach (var file in files)
        {
            Assert.Equal(file == first, await Bytes.FindSizeAsync(NameOf(file), CancellationToken.None) is not null);
        }

        Assert.Equal((1, 0), await CollectAsync(Create(Bytes)));
    }

    [Fact]
    public async Task tries_no_more_when_the_store_does_not_answer()
    {
        var (one, other) = ((await UploadAsync()).File, (await UploadAsync()).File);
        await HideAsync(one, other);
        var asked = 0;
        var store = new HookedStore(
            Bytes,
            _ =>
            {
                asked++;
                throw new HttpRequestException("Connection refused.");
            }
        )
        {
            IsAway = true,
        };

        var (deleted, failed) = await CollectAsync(Create(store));

        Assert.Equal((0, 2, 1), (deleted, failed, asked));
        Assert.Equal((2, 0), await CollectAsync(Create(Bytes)));
    }

    /// <summary>The lock that an upload waits for is lost with the session, and the deletion goes on.</summary>
    [Fact]
    public async Task counts_one_as_missing_whose_new_bytes_were_deleted_after_the_session_broke()
    {
        var (file, bytes) = await UploadAsync();
        await HideAsync(file);
        var store = new HookedStore(
            Bytes,
            async name =>
            {
                Assert.Equal(1, await BreakSessionAsync());
                await host.UploadAsync("again", bytes);
                await Bytes.DeleteAsync(name, CancellationToken.None);
            }
        );

        Assert.Equal((0, 1), await CollectAsync(Create(store)));

        await AssertMissingAsync(file);
        await host.UploadAsync("file", bytes);
        await host.CreateAsync(ArtifactsHost.NewName(), new CreateVersion { Files = [file] });
    }

    /// <summary>A store that has not answered in time may do later what it was asked for.</summary>
    [Fact]
    public async Task counts_one_as_missing_whose_new_bytes_were_deleted_by_a_late_request()
    {
        var (file, bytes) = await UploadAsync();
        await HideAsync(file);
        var collector = Create(new HookedStore(Bytes, _ => throw new TimeoutException("No answer.")));
        Assert.Equal((0, 1), await CollectAsync(collector));
        await host.UploadAsync("file", bytes);
        var name = ArtifactsHost.NewName();
        await host.CreateAsync(name, new CreateVersion { Files = [file] });
        await Bytes.DeleteAsync(NameOf(file), CancellationToken.None);

        Assert.Equal((0, 0), await CollectAsync(collector));

        await AssertMissingAsync(file);
        // A version that has them does not keep collection from going on, and an upload repairs it.
        await host.ExecuteAsync("update blob set used_at = now() - interval '2 hours' where sha256 = $1", file.Sha256);
        Assert.Equal((0, 0), await CollectAsync(collector));
        await host.UploadAsync("file", bytes);
        Assert.Equal(bytes, await host.Http.GetByteArrayAsync($"/api/artifacts/{name}/versions/1/files/file"));
    }

    private BlobCollector Create(IBlobStore store) =>
        new(
            Database,
            store,
            new RetentionSteps(NullLogger<RetentionSteps>.Instance),
            NullLogger<BlobCollector>.Instance
        );

    private static Task<(int Deleted, int Failed)> CollectAsync(BlobCollector collector) =>
        collector.CollectAsync(TimeProvider.System.GetUtcNow().AddHours(-1), CancellationToken.None);

    private async Task<(ArtifactFile File, byte[] Bytes)> UploadAsync()
    {
        var bytes = ArtifactsHost.RandomBytes(100);
        return (await host.UploadAsync("file", bytes), bytes);
    }

    private static BlobName NameOf(ArtifactFile file)
    {
        Assert.True(BlobName.TryParse(file.Sha256, out var name));
        return name;
    }

    private Task<int> HideAsync(params ArtifactFile[] files) =>
        host.ExecuteAsync(
            "update blob set hidden = true, used_at = now() - interval '2 hours' where sha256 = any($1)",
            (object)files.Select(file => file.Sha256).ToArray()
        );

    private async Task<int> BreakSessionAsync()
    {
        await using var command = Database.DataSource.CreateCommand(
            """
            select count(pg_terminate_backend(pid, 10000))::integer from pg_stat_activity
            where datname = current_database() and state = 'idle in transaction' and query like 'delete from blob %'
            """
        );
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private async Task AssertMissingAsync(ArtifactFile file)
    {
        using var refused = await host.Http.PostAsJsonAsync(
            $"/api/artifacts/{ArtifactsHost.NewName()}/versions",
            new CreateVersion { Files = [file] }
        );
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(file.Sha256, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>A store whose deletions the test makes.</summary>
    private sealed class HookedStore(IBlobStore inner, Func<BlobName, Task> delete) : IBlobStore
    {
        public bool IsAway { get; init; }

        public Task PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

        public Task CheckAsync(CancellationToken cancellationToken) =>
            IsAway ? throw new HttpRequestException("Connection refused.") : inner.CheckAsync(cancellationToken);

        public Task KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken) =>
            inner.KeepAsync(incoming, cancellationToken);

        public Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken) =>
            inner.KeepAsync(incoming, cancellationToken);

        public Task DeleteAsync(BlobName name, CancellationToken cancellationToken) => delete(name);

        public Task<long?> FindSizeAsync(BlobName name, CancellationToken cancellationToken) =>
            inner.FindSizeAsync(name, cancellationToken);

        public Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken) =>
            inner.OpenAsync(name, cancellationToken);
    }
}
