using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.RunFiles;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Tracking;

namespace Platform.Artifacts.Tests.RunFiles;

/// <summary>The service with somebody who answers for tracking.</summary>
public sealed class HostWithRuns : ArtifactsHost
{
    private readonly ConcurrentDictionary<string, FileOwnerAnnounced> _runs = new(StringComparer.Ordinal);
    private int _asked;

    /// <summary>How often tracking was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>False while tracking does not answer.</summary>
    public bool Answers { get; set; } = true;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var endpoint = Services
            .GetRequiredService<IReceiveEndpointConnector>()
            .ConnectReceiveEndpoint(
                "tracking-double",
                (_, configure) =>
                    configure.Handler<AnnounceFileOwner>(async context =>
                    {
                        Interlocked.Increment(ref _asked);
                        if (Answers)
                        {
                            await context.Publish(Of(context.Message.Owner));
                        }
                    })
            );
        await endpoint.Ready;
    }

    /// <summary>A run that there is.</summary>
    public string NewRun(Guid? job = null)
    {
        var id = Guid.CreateVersion7().ToString();
        Set(id, version: 1, job: job);
        return id;
    }

    /// <summary>What tracking answers from now on.</summary>
    public FileOwnerAnnounced Set(
        string id,
        long version,
        bool exists = true,
        bool deleted = false,
        Guid? job = null
    ) =>
        _runs[id] = new FileOwnerAnnounced
        {
            Owner = id,
            Exists = exists,
            Version = version,
            IsDeleted = deleted,
            JobId = job,
            Project = "vision",
            Experiment = "7",
        };

    /// <summary>Says something about a run as if it had just changed.</summary>
    internal async Task AnnounceAsync(FileOwnerAnnounced announced) =>
        await Services.GetRequiredService<FileOwners>().RecordAsync(announced, CancellationToken.None);

    private FileOwnerAnnounced Of(string id) =>
        _runs.GetValueOrDefault(id)
        ?? new FileOwnerAnnounced
        {
            Owner = id,
            Exists = false,
            Version = 0,
        };
}
