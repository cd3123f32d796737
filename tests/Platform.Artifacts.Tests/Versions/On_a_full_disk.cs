using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.Versions;

/// <summary>The service on a disk that is as full as a test says.</summary>
public sealed class HostOnFakeDisk : ArtifactsHost
{
    internal FakeDisk Disk { get; } = new();

    /// <summary>Waits until the service has seen it.</summary>
    internal async Task FillAsync(double share)
    {
        Disk.Share = share;
        await WaitFor.ConditionAsync(
            "the service to see the disk",
            async () =>
                (await GetAsync<JsonNode>("/health/ready"))["disks"]!
                    .AsArray()
                    .Select(disk => disk!["usedPercent"]!.GetValue<int>())
                    .SequenceEqual(share < 0.85 ? [] : [(int)(share * 100)])
        );
    }

    protected override void Configure(IWebHostBuilder builder) =>
        builder
            .UseSetting("Disk:Interval", "00:00:00.050")
            .ConfigureTestServices(services => services.AddSingleton<IDiskReader>(Disk));
}

[Trait("suite", "integration")]
public sealed class On_a_full_disk(HostOnFakeDisk host) : IClassFixture<HostOnFakeDisk>, IAsyncLifetime
{
    private static readonly byte[] _bytes = [1, 2, 3];

    public Task InitializeAsync() => host.FillAsync(0.5);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task uploads_and_versions_are_refused_until_there_is_space()
    {
        var file = await host.UploadAsync("a.bin", _bytes);
        var name = ArtifactsHost.NewName();
        await host.FillAsync(0.96);

        var refused = new[]
        {
            await RefusedAsync(HttpMethod.Put, $"/api/artifacts/blobs/{ArtifactsHost.Sha256(_bytes)}"),
            await RefusedAsync(HttpMethod.Post, "/api/artifacts/blobs"),
            await RefusedAsync(
                HttpMethod.Post,
                $"/api/artifacts/{name}/versions",
                JsonContent.Create(new CreateVersion { Files = [file] })
            ),
            await RefusedAsync(HttpMethod.Post, $"/api/jobs/{Guid.CreateVersion7()}/artifacts?name={name}&path=a"),
            await RefusedAsync(HttpMethod.Put, "/api/runs/some-run/files/a.txt"),
        };

        Assert.All(refused, problem => Assert.Equal("disk.full", problem["code"]!.GetValue<string>()));
        await host.FillAsync(0.93);
        await host.CreateAsync(name, new CreateVersion { Files = [file] });
    }

    [Fact]
    public async Task what_a_running_training_uploads_is_stored()
    {
        await host.FillAsync(0.96);
        using var body = new ByteArrayContent(_bytes);

        using var stored = await host.Http.SendAsAsync(
            Caller.Job(Guid.CreateVersion7(), attempt: 1),
            HttpMethod.Put,
            $"/api/artifacts/blobs/{ArtifactsHost.Sha256(_bytes)}",
            body
        );

        Assert.NotEqual(HttpStatusCode.InsufficientStorage, stored.StatusCode);
    }

    [Fact]
    public async Task downloads_and_deletions_work()
    {
        var version = await host.CreateAsync(ArtifactsHost.NewName());
        await host.FillAsync(0.99);

        Assert.Equal(
            "content",
            await host.Http.GetStringAsync($"/api/artifacts/{version.Name}/versions/1/files/file.txt")
        );
        using var deleted = await host.Http.DeleteAsync($"/api/artifacts/{version.Name}/versions/1");
        Assert.True(deleted.IsSuccessStatusCode);
    }

    private async Task<JsonNode> RefusedAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content ?? new ByteArrayContent(_bytes) };
        using var response = await host.Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.InsufficientStorage, $"{path}: {response.StatusCode} {body}");
        return JsonNode.Parse(body)!;
    }
}
