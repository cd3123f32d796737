using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.State;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>An agent inside the test's process, as in standalone: an in-memory bus, the platform over HTTP.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestAgent(WebApplication app) => _app = app;

    public ReportLog Reports => _app.Services.GetRequiredService<ReportLog>();

    public StateFolder State => _app.Services.GetRequiredService<StateFolder>();

    public AttemptRegistry Attempts => _app.Services.GetRequiredService<AttemptRegistry>();

    public Guid NodeId => State.Identity.NodeId;

    public static async Task<TestAgent> StartAsync(
        FakePlatform platform,
        TemporaryFolder folder,
        params (string Key, string Value)[] options
    )
    {
        var builder = PlatformService.CreateBuilder([], "agent");
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Agent:Server"] = platform.Url,
                ["Agent:JoinToken"] = FakePlatform.JoinToken,
                ["Agent:StateFolder"] = folder.In("state"),
                ["Agent:GraceSeconds"] = "1",
                ["Logging:Level"] = "Warning",
            }
        );
        builder.Configuration.AddInMemoryCollection(
            options.Select(option => KeyValuePair.Create($"Agent:{option.Key}", (string?)option.Value))
        );
        builder.AddAgent();
        builder.Services.AddSingleton<ReportLog>();
        builder.Services.AddPlatformMessaging(
            new MessagingOptions(),
            AgentModule.ConfigureBus,
            bus => bus.AddConsumer<RecordReports>()
        );
        var agent = new TestAgent(builder.Build());
        try
        {
            await agent._app.StartAsync();
            await WaitFor.ConditionAsync(
                "the agent to join and heartbeat",
                () => Task.FromResult(!agent.Reports.Heartbeats.IsEmpty)
            );
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }

        return agent;
    }

    public AttemptFolder Folder(AttemptWork work) => State.Attempt(work.Key());

    public AttemptEntry Entry(AttemptWork work) => AttemptJournal.Open(Folder(work))!.Entry;

    public Task StartAsync(AttemptWork work, params int[] gpus) => SendAsync(StartOf(work, gpus));

    /// <summary>Starts a job that asked for this much.</summary>
    public Task StartWithAsync(AttemptWork work, double cpus, int memoryMiB) =>
        SendAsync(StartOf(work, []) with { Cpus = cpus, MemoryMiB = memoryMiB });

    /// <summary>Whether jobs are limited on this machine.</summary>
    public bool EnforcesLimits => _app.Services.GetRequiredService<JobLimits>().State is NodeLimits.Enforced;

    /// <summary>Starts one rank of a distributed job.</summary>
    public Task StartRankAsync(AttemptWork work, int worldSize, params int[] gpus) =>
        SendAsync(StartOf(work, gpus) with { WorldSize = worldSize, MasterAddress = "10.0.0.7", MasterPort = 29500 });

    public Task StopAsync(AttemptWork work, string reason = EndReasons.Cancelled) =>
        SendAsync(
            new StopProcess
            {
                NodeId = NodeId,
                JobId = work.JobId,
                Attempt = work.Attempt,
                Rank = work.Rank,
                Reason = reason,
            }
        );

    public CheckpointSync SyncOf(string folder, AttemptWork work) =>
        new(
            folder,
            work.Key(),
            work,
            _app.Services.GetRequiredService<ArtifactClient>(),
            _app.Services.GetRequiredService<BlobUpload>(),
            NullLogger.Instance
        );

    /// <summary>Waits until the attempt's last report is recorded.</summary>
    public Task ClosedAsync(AttemptWork work) =>
        WaitFor.ConditionAsync(
            "the attempt to be closed",
            () =>
                Task.FromResult(
                    Attempts.Held().All(held => new AttemptKey(held.JobId, held.Attempt, held.Rank) != work.Key())
                )
        );

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private StartProcess StartOf(AttemptWork work, int[] gpus) =>
        new()
        {
            NodeId = NodeId,
            JobId = work.JobId,
            Attempt = work.Attempt,
            Rank = work.Rank,
            Cpus = 1,
            MemoryMiB = 64,
            Gpus = gpus,
        };

    private async Task SendAsync<T>(T message)
        where T : class
    {
        var endpoint = await _app
            .Services.GetRequiredService<IBus>()
            .GetSendEndpoint(QueueAddress.Of(AgentQueues.For(NodeId)));
        await endpoint.Send(message);
    }
}
