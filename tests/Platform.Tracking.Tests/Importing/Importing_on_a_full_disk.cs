using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Importing;

/// <summary>The service on a disk that is as full as a test says.</summary>
public sealed class TrackingHostOnFakeDisk : TrackingHost
{
    internal FakeDisk Disk { get; } = new();

    protected override IReadOnlyList<string> Settings => ["--Disk:Interval=00:00:00.050"];

    protected override void Configure(IServiceCollection services) => services.AddSingleton<IDiskReader>(Disk);
}

[Trait("suite", "integration")]
public sealed class Importing_on_a_full_disk(TrackingHostOnFakeDisk host) : IClassFixture<TrackingHostOnFakeDisk>
{
    [Fact]
    public async Task is_refused_until_there_is_space_and_runs_go_on()
    {
        var run = await host.CreateRunAsync();
        host.Disk.Share = 0.96;
        var problem = await WaitFor.ValueAsync(
            "the import to be refused",
            ImportAsync,
            answer => answer.Status is HttpStatusCode.InsufficientStorage
        );

        Assert.Equal("disk.full", problem.Body["code"]!.GetValue<string>());
        Assert.Equal("imports", problem.Body["args"]!["disk"]!.GetValue<string>());
        var stored = await host.LogAsync(
            run,
            new
            {
                key = "loss",
                step = 1,
                value = 0.5,
            }
        );
        Assert.NotNull(stored);

        host.Disk.Share = 0.5;
        await WaitFor.ValueAsync(
            "the archive to be looked at again",
            ImportAsync,
            answer => answer.Status is HttpStatusCode.BadRequest
        );
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> ImportAsync()
    {
        using var archive = new ByteArrayContent([1, 2, 3]);
        archive.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await host.Http.PostAsync("/api/runs/import", archive);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
