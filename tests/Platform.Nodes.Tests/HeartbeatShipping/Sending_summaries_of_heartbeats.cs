using System.Text.Json.Nodes;
using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;
using Platform.Testing.Elastic;

namespace Platform.Nodes.Tests.HeartbeatShipping;

[Trait("suite", "integration")]
public sealed class Sending_summaries_of_heartbeats : WithNodesHost
{
    private const string Stream = "logs-platform.node-default";

    private readonly FakeClock _clock = new();

    [Fact]
    public async Task makes_one_document_of_each_node_and_minute_also_when_elasticsearch_and_the_service_were_away()
    {
        using var spool = new TestFolder();
        await using var elasticsearch = await StrictElasticsearch.StartAsync();
        string[] settings =
        [
            "--Nodes:HeartbeatSeconds=600",
            $"--Elasticsearch:Url={elasticsearch.Url}",
            $"--Elasticsearch:SpoolFolder={spool.Path}",
        ];
        var host = await StartAsync(_clock, settings);
        var (lab1, lab2) = (await host.JoinAsync("lab1"), await host.JoinAsync("lab2"));
        await SendAsync(host, lab1, cpu: 0.2, memoryMiB: 100, gpu: 0.5);
        await SendAsync(host, lab1, cpu: 0.4, memoryMiB: 300, gpu: 1);
        await SendAsync(host, lab2, cpu: 0.1, memoryMiB: 50, gpu: null);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await WaitForAsync(elasticsearch, 2);

        await elasticsearch.GoAwayAsync();
        await SendAsync(host, lab1, cpu: 0.9, memoryMiB: 400, gpu: 0);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await StopAsync(host);
        host = await StartAsync(_clock, settings);
        await elasticsearch.ComeBackAsync();
        await WaitForAsync(elasticsearch, 3);

        var documents = elasticsearch
            .Documents(Stream)
            .OrderBy(document => document["@timestamp"]!.GetValue<DateTime>())
            .ThenBy(document => document["host.name"]!.GetValue<string>(), StringComparer.Ordinal)
            .ToList();
        Assert.Equal(
            [
                "lab1: 2 heartbeats, CPU 30 %, 300 MiB of memory used, 100000 MiB of disk free",
                "lab2: 1 heartbeats, CPU 10 %, 50 MiB of memory used, 100000 MiB of disk free",
                "lab1: 1 heartbeats, CPU 90 %, 400 MiB of memory used, 100000 MiB of disk free",
            ],
            documents.Select(document => document["message"]!.GetValue<string>())
        );
        Assert.Equal(0.75, documents[0]["platform.node.gpu"]!.GetValue<double>());
        Assert.Null(documents[1]["platform.node.gpu"]);
        Assert.Empty(documents.SelectMany(MappedFields.MissingOf));
        Assert.Empty(elasticsearch.Offences);
    }

    private async Task SendAsync(NodesHost host, Guid node, double cpu, int memoryMiB, double? gpu)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var heartbeat = NodesHost.Heartbeat(node) with
        {
            At = _clock.GetUtcNow(),
            Usage = new NodeUsage
            {
                Cpu = cpu,
                MemoryUsedMiB = memoryMiB,
                DiskFreeMiB = 100_000,
                Gpus = gpu is null ? [] : [new GpuUsage { Index = 0, Utilization = gpu }],
            },
        };
        using var response = await host.SendHeartbeatAsync(heartbeat);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The service looks every ten seconds of its clock.</summary>
    private Task WaitForAsync(StrictElasticsearch elasticsearch, int documents) =>
        UntilAsync(
            $"{documents} documents",
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(elasticsearch.Documents(Stream).Count >= documents);
            }
        );
}
