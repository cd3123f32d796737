using MassTransit;
using Platform.Contracts.Nodes;
using Platform.ElasticLogs;
using Platform.EventStore;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Nodes.Changing;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.HeartbeatShipping;
using Platform.Nodes.Joining;
using Platform.Nodes.Leading;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;
using Platform.ServiceDefaults;

namespace Platform.Nodes;

/// <summary>The nodes service: machines, placements and the scheduler.</summary>
public sealed class NodesModule : IServiceModule
{
    private const string Service = "nodes";

    /// <inheritdoc />
    public void Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddServiceSecurity();
        services.AddSettings<NodesOptions>("Nodes");
        var store = CreateOptions();
        if (!string.IsNullOrEmpty(builder.Configuration["Messaging:Management"]))
        {
            store.Subscriptions.Add(container => ActivatorUtilities.CreateInstance<RemoveBrokerUsers>(container));
        }

        services.AddEventStore(store, (options, source) => new NodesStore(options, source));

        services.AddSingleton<JoinTokens>();
        services.AddSingleton<BrokerUsers>();
        services.AddSingleton<NodeTables>();
        services.AddSingleton<NodeChanges>();
        services.AddSingleton<HeartbeatStore>();
        services.AddSingleton<HeartbeatTables>();
        services.AddSingleton<NodeMonitor>();
        services.AddSingleton<Retention>();
        services.AddSingleton<PlacementTables>();
        services.AddSingleton<PlacementAnswers>();
        services.AddSingleton<SchedulerSignal>();
        services.AddSingleton<SchedulerLoop>();
        services.AddSingleton<WaitingReasons>();
        services.AddHostedService<LeaderService>();
        services.AddGauges<NodeGauges>();
        if (builder.Configuration.SendsLogs())
        {
            services.AddSingleton<HeartbeatMinutes>();
            services.AddHostedService<ShipHeartbeats>();
        }
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder app)
    {
        var nodes = app.MapGroup("/api/nodes").WithTags("nodes");
        nodes.MapReadNodes();
        nodes.MapChangeNode();
        nodes.MapNodeTelemetry();
        nodes.MapJoin();
        nodes.MapJoinTokens();
        nodes.MapBrokerUser();
        nodes.MapHeartbeat();
        nodes.MapListPlacements();
    }

    /// <inheritdoc />
    public void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        bus.AddAgentConsumer<RecordHeartbeat, NodeHeartbeat>(Service, heartbeat => heartbeat.NodeId);
        bus.AddServiceConsumer<RecordPlacementRequest>(Service);
        bus.AddServiceConsumer<RecordPlacementRelease>(Service);
        bus.AddServiceConsumer<AnswerPlacementQuestion>(Service);
        bus.AddServiceConsumer<AnswerWaiting>(Service);
    }

    /// <summary>What the service stores; shared by the host, the tests and a rebuild.</summary>
    internal static EventStoreOptions CreateOptions()
    {
        var options = new EventStoreOptions(Service);
        options.Events.AddNodesEvents();
        foreach (var migration in NodesMigrations.All)
        {
            options.Migrations.Add(migration);
        }

        options.InlineProjections.Add(new NodeProjection());
        options.InlineProjections.Add(new PlacementProjection());
        options.PublishEvents<NodesMessages>(Service);
        return options;
    }
}
