using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Platform.Contracts.Services;
using Platform.EventStore;
using Platform.Hosting;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Authorization.Tests.Toys;

/// <summary>A whole small service: an event, a read model, endpoints with policies, a consumer.</summary>
public sealed class ToysModule : IServiceModule
{
    /// <summary>What a new service adds to the catalog.</summary>
    public static ServiceDescription Description { get; } = new("toys") { Routes = [new("/api/toys/{**rest}")] };

    /// <inheritdoc />
    public void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddServiceSecurity();
        var options = new EventStoreOptions("toys") { InlineProjections = { new ToyProjection() } };
        ToyJson.Register(options.Events);
        options.Migrations.Add(ToyProjection.Migration);
        builder.Services.AddEventStore(options, (store, source) => new ToysStore(store, source));
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder app)
    {
        var toys = app.MapGroup("/api/toys").WithTags("toys");
        toys.MapGet("/", (ToysStore store) => store.NamesAsync()).RequireAuthorization(Policies.Read);
        toys.MapPost(
                "/{name}",
                (string name, ToysStore store, HttpContext context) => store.MakeAsync(name, context.EventMetadata())
            )
            .RequireAuthorization(Policies.Edit);
    }

    /// <inheritdoc />
    public void ConfigureBus(IBusRegistrationConfigurator bus) => bus.AddServiceConsumer<RecordToy>("toys");
}

/// <summary>A message that the service consumes.</summary>
public sealed record MakeToy(string Name);

internal sealed record ToyMade(string Name);

internal sealed class RecordToy(ToysStore store) : IConsumer<MakeToy>
{
    public Task Consume(ConsumeContext<MakeToy> context) =>
        store.MakeAsync(context.Message.Name, context.EventMetadata("service:test"));
}

internal sealed class ToysStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource)
{
    public Task MakeAsync(string name, EventMetadata metadata) =>
        AppendAsync(name, "toy", ExpectedVersion.New, [new ToyMade(name)], metadata);

    public async Task<IReadOnlyList<string>> NamesAsync()
    {
        await using var command = DataSource.CreateCommand("select name from toy order by name");
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }
}

internal sealed class ToyProjection : SqlProjection
{
    public static Migration Migration { get; } = new("001_toy", "create table toy (name varchar primary key)");

    public override string Name => "toy:v1";

    public override IReadOnlyList<string> Tables => ["toy"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch) =>
        batch.Add("insert into toy (name) values ($1)", ((ToyMade)stored.Data).Name);
}
