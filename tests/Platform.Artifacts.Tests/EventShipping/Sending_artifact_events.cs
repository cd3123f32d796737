using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.Testing.Elastic;

namespace Platform.Artifacts.Tests.EventShipping;

/// <summary>A service that sends its events to Elasticsearch.</summary>
public sealed class ShippingHost : ArtifactsHost
{
    private readonly TestFolder _spool = new();

    public StrictElasticsearch Elasticsearch { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        Elasticsearch = await StrictElasticsearch.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Elasticsearch.DisposeAsync();
        _spool.Dispose();
    }

    protected override void Configure(IWebHostBuilder builder)
    {
        builder.UseSetting("Elasticsearch:Url", Elasticsearch.Url);
        builder.UseSetting("Elasticsearch:SpoolFolder", _spool.Path);
        builder.UseSetting("Elasticsearch:FirstPause", "00:00:00.050");
    }
}

[Trait("suite", "integration")]
public sealed class Sending_artifact_events(ShippingHost host) : IClassFixture<ShippingHost>
{
    private const string Stream = "logs-platform.artifact-default";

    [Fact]
    public async Task makes_one_document_of_each_also_when_elasticsearch_and_the_service_were_away()
    {
        var name = ArtifactsHost.NewName();
        var job = Guid.CreateVersion7();
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files = [await host.UploadAsync("model.txt", "weights"u8.ToArray())],
                Type = "model",
                JobId = job,
                Attempt = 2,
            }
        );
        await ChangeAsync(HttpMethod.Put, $"{name}/aliases/best", """{"version":1}""");
        await WaitForAsync(name, 2);

        await host.Elasticsearch.GoAwayAsync();
        await host.CreateAsync(name, "more");
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/2");
        await host.RestartAsync();
        await host.Elasticsearch.ComeBackAsync();
        await WaitForAsync(name, 4);

        var documents = Of(name);
        Assert.Equal(
            [
                $"{name}: version 1 created, 1 files, 7 bytes",
                $"{name}: alias best set to version 1",
                $"{name}: version 2 created, 1 files, 4 bytes",
                $"{name}: version 2 deleted",
            ],
            documents.Select(document => document["message"]!.GetValue<string>())
        );
        Assert.Equal(
            ["version_created", "alias_set", "version_created", "version_deleted"],
            documents.Select(document => document["event.action"]!.GetValue<string>())
        );
        var first = documents[0];
        Assert.Equal("platform.artifact", first["event.dataset"]!.GetValue<string>());
        Assert.Equal("model", first["platform.artifact.type"]!.GetValue<string>());
        Assert.Equal(job, first["platform.job.id"]!.GetValue<Guid>());
        Assert.Equal(2, first["platform.job.attempt"]!.GetValue<int>());
        Assert.Matches("^[0-9a-f]{32}$", first["http.request.id"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", first["trace.id"]!.GetValue<string>());
        Assert.Equal("user:tester", first["user.name"]!.GetValue<string>());
        Assert.Empty(documents.SelectMany(MappedFields.MissingOf));
        Assert.Empty(host.Elasticsearch.Offences);
    }

    private async Task ChangeAsync(HttpMethod method, string path, string? body = null) =>
        Assert.InRange((await host.SendAsync(method, $"/api/artifacts/{path}", body)).Status, 200, 299);

    private Task WaitForAsync(string name, int events) =>
        WaitFor.ConditionAsync(
            $"{events} documents",
            () => Task.FromResult(Of(name).Count >= events),
            describe: () => string.Join('\n', host.Elasticsearch.Offences)
        );

    /// <summary>Those of an artifact, by time.</summary>
    private List<JsonObject> Of(string name) =>
        [
            .. host
                .Elasticsearch.Documents(Stream)
                .Where(document => document["platform.artifact.name"]!.GetValue<string>() == name)
                .OrderBy(document => document["@timestamp"]!.GetValue<DateTime>()),
        ];
}
