using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Messaging;
using Platform.Nodes.Membership;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Hosting;

/// <summary>
/// The real service on its own port, with a real database and, unless the settings name a broker, the in-memory bus; it records
/// messages.
/// </summary>
internal sealed class NodesHost : IAsyncDisposable
{
    public const string JoinToken = "let-me-in";

    private readonly WebApplication _app;

    private NodesHost(WebApplication app, HttpClient http) => (_app, Http) = (app, http);

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IBus Bus => Services.GetRequiredService<IBus>();

    public NodesStore Store => Services.GetRequiredService<NodesStore>();

    public ReceivedMessages Received => Services.GetRequiredService<ReceivedMessages>();

    public static async Task<NodesHost> StartAsync(
        TestDatabase database,
        TimeProvider? clock = null,
        params string[] settings
    )
    {
        // The bus keeps its logger in the asynchronous context of its caller. A second host in one test would use the
        // disposed logger of the first, so each host starts in its own context.
        Task<WebApplication> starting;
        using (ExecutionContext.SuppressFlow())
        {
            starting = Task.Run(() => StartAppAsync(database, clock, settings));
        }

        var app = await starting;
        return new NodesHost(app, SignedIn.Client(new Uri(app.Urls.Single())));
    }

    public static NodeInventory Inventory(int gpus = 0, double cpus = 4, int memoryMiB = 8192, string? zone = null) =>
        new()
        {
            Hostname = "lab",
            Os = "Debian 12",
            AgentVersion = "0.1.0",
            Cpus = cpus,
            MemoryMiB = memoryMiB,
            Gpus =
            [
                .. Enumerable
                    .Range(0, gpus)
                    .Select(i => new GpuInfo
                    {
                        Index = i,
                        Uuid = $"GPU-{i}",
                        Name = "H100",
                        MemoryMiB = 81920,
                    }),
            ],
            GpuReason = gpus == 0 ? "no NVIDIA driver" : null,
            Labels = zone is null
                ? new Dictionary<string, string>(StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = zone },
        };

    public static NodeHeartbeat Heartbeat(
        Guid nodeId,
        NodeInventory? inventory = null,
        params HeldAttempt[] attempts
    ) =>
        new()
        {
            NodeId = nodeId,
            At = TimeProvider.System.GetUtcNow(),
            Inventory = inventory ?? Inventory(),
            Usage = new NodeUsage
            {
                Cpu = 0.5,
                MemoryUsedMiB = 1024,
                DiskFreeMiB = 100_000,
            },
            Attempts = attempts,
        };

    public static RequestPlacement Request(
        Guid jobId,
        int attempt = 1,
        int gpus = 0,
        double cpus = 1,
        int priority = 50,
        DateTimeOffset notBefore = default,
        string? zone = null,
        DateTimeOffset? submittedAt = null
    ) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            Resources = new Resources
            {
                Gpus = gpus,
                Cpus = cpus,
                MemoryMiB = 256,
            },
            Labels = Inventory(zone: zone).Labels,
            Priority = priority,
            SubmittedAt = submittedAt ?? TimeProvider.System.GetUtcNow(),
            NotBefore = notBefore,
        };

    public static ReleasePlacement Release(Guid jobId, int attempt = 1) => new() { JobId = jobId, Attempt = attempt };

    public static ConfirmPlacement Confirm(Guid jobId, int attempt = 1) => new() { JobId = jobId, Attempt = attempt };

    public async Task<Guid> JoinAsync(string name = "lab1", NodeInventory? inventory = null)
    {
        var id = Guid.CreateVersion7();
        using var response = await TryJoinAsync(id, name, inventory: inventory);
        response.EnsureSuccessStatusCode();
        return id;
    }

    public Task<HttpResponseMessage> TryJoinAsync(
        Guid id,
        string name = "lab1",
        string token = JoinToken,
        NodeInventory? inventory = null
    ) =>
        Http.PostAsJsonAsync(
            "/api/nodes/join",
            new JoinRequest
            {
                NodeId = id,
                Name = name,
                Token = token,
                Inventory = inventory ?? Inventory(),
            }
        );

    public Task<HttpResponseMessage> SendHeartbeatAsync(NodeHeartbeat heartbeat) =>
        Http.PostAsJsonAsync("/api/nodes/heartbeat", heartbeat);

    public async Task<NodeView> NodeAsync(Guid id) => (await Http.GetFromJsonAsync<NodeView>($"/api/nodes/{id}"))!;

    /// <summary>The aliases of one stream, in order.</summary>
    public async Task<string> HistoryAsync(Guid streamId) =>
        string.Join(' ', (await Store.ReadStreamAsync(streamId.ToString())).Select(stored => stored.Type));

    /// <summary>Returns once its queues are there and bound, which the host does not wait for when it starts on a broker.</summary>
    public Task ListensAsync() =>
        WaitFor.ConditionAsync(
            "the service to listen",
            () =>
                Task.FromResult(
                    Services.GetRequiredService<IBusControl>().CheckHealth().Status is BusHealthStatus.Healthy
                ),
            TimeSpan.FromSeconds(60)
        );

    /// <summary>Opens the agent's queue, as the agent of this node would.</summary>
    public Task ListenAsAgentAsync(Guid nodeId) =>
        Services
            .GetRequiredService<QueueConnector>()
            .ConnectAsync(AgentQueues.For(nodeId), concurrency: 1, [typeof(AgentRecorder)]);

    /// <summary>All rows of the given tables as text.</summary>
    public async Task<string> DumpAsync(params string[] tables)
    {
        var dump = new List<string>();
        foreach (var table in tables)
        {
            await using var command = Store.DataSource.CreateCommand(
                $"select '{table} ' || t::text from {table} t order by t::text"
            );
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                dump.Add(reader.GetString(0));
            }
        }

        return string.Join('\n', dump);
    }

    private static async Task<WebApplication> StartAppAsync(
        TestDatabase database,
        TimeProvider? clock,
        string[] settings
    )
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Platform={database.ConnectionString}",
            $"--Nodes:JoinToken={JoinToken}",
            "--Nodes:PollSeconds=0.05",
            "--Logging:Level=Warning",
            SignedIn.Setting,
            // Most tests have no agent that sends heartbeats; tests of silence set their own limit.
            "--Nodes:MissedHeartbeats=100",
            .. settings,
        ];
        var builder = PlatformService.CreateBuilder(args, "nodes");
        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        var module = new NodesModule();
        module.Add(builder);
        builder.Services.AddSingleton<ReceivedMessages>();
        builder.Services.AddPlatformMessaging(
            builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions(),
            module.ConfigureBus,
            bus =>
            {
                bus.AddServiceConsumer<MessageRecorder>("test");
                bus.AddQueueConsumer<AgentRecorder>();
            }
        );
        var app = builder.Build();
        app.UsePlatformDefaults(isEdge: false);
        module.Map(app);
        await app.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>The received messages.</summary>
internal sealed class ReceivedMessages
{
    private readonly ConcurrentQueue<object> _messages = new();

    public void Add(object message) => _messages.Enqueue(message);

    public IReadOnlyList<T> All<T>() => [.. _messages.OfType<T>()];

    public Task<T> OneAsync<T>(Func<T, bool>? which = null, int number = 1)
        where T : class =>
        WaitFor.ValueAsync<T>(
            $"{typeof(T).Name} number {number}",
            () => Task.FromResult(All<T>().Where(which ?? (_ => true)).ElementAtOrDefault(number - 1)!),
            message => message is not null,
            TimeSpan.FromSeconds(60)
        );

    public override string ToString() =>
        string.Join('\n', _messages.Select(message => $"{message.GetType().Name} {JsonSerializer.Serialize(message)}"));
}

/// <summary>Records published messages about placements.</summary>
internal sealed class MessageRecorder(ReceivedMessages received)
    : IConsumer<PlacementGrantedMessage>,
        IConsumer<PlacementWaitingMessage>,
        IConsumer<PlacementReasonChangedMessage>,
        IConsumer<PlacementReleasedMessage>,
        IConsumer<PlacementLostMessage>
{
    public Task Consume(ConsumeContext<PlacementGrantedMessage> context) => Record(context.Message);

    public Task Consume(ConsumeContext<PlacementWaitingMessage> context) => Record(context.Message);

    public Task Consume(ConsumeContext<PlacementReasonChangedMessage> context) => Record(context.Message);

    public Task Consume(ConsumeContext<PlacementReleasedMessage> context) => Record(context.Message);

    public Task Consume(ConsumeContext<PlacementLostMessage> context) => Record(context.Message);

    private Task Record(object message)
    {
        received.Add(message);
        return Task.CompletedTask;
    }
}

/// <summary>Records commands to an agent.</summary>
internal sealed class AgentRecorder(ReceivedMessages received) : IConsumer<StopProcess>
{
    public Task Consume(ConsumeContext<StopProcess> context)
    {
        received.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>One host for all tests of a class.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    private TestDatabase _database = null!;

    internal NodesHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("nodes", new NodesModule().Add);
        Host = await NodesHost.StartAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
