using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Sentences;
using Platform.Gateway;
using Platform.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Architecture.Tests;

/// <summary>
/// Stored events are read for ever, and messages by processes of another version: their shapes change only on purpose, and only
/// by what older ones can do without.
/// </summary>
[Trait("suite", "unit")]
public sealed class What_others_rely_on
{
    private static readonly JsonSchemaExporterOptions _schema = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>As the bus writes them.</summary>
    private static readonly JsonSerializerOptions _messages = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter() },
    };

    [Fact]
    public async Task stored_events_are_as_they_were()
    {
        var builder = PlatformService.CreateBuilder(["--ConnectionStrings:Platform=Host=127.0.0.1"], "contracts");
        builder.AddGateway();
        foreach (var module in ServiceModules.All())
        {
            module.Add(builder);
        }

        await using var app = builder.Build();
        var events = new JsonObject();
        foreach (
            var store in app
                .Services.GetServices<EventStore.EventStore>()
                .OrderBy(store => store.Options.Schema, StringComparer.Ordinal)
        )
        {
            events[store.Options.Schema] = new JsonObject(
                store
                    .Options.Events.Shapes.OrderBy(shape => shape.Key, StringComparer.Ordinal)
                    .Select(shape =>
                        KeyValuePair.Create(shape.Key, (JsonNode?)shape.Value.GetJsonSchemaAsNode(_schema))
                    )
            );
        }

        Assert.Equal(["artifacts", "gateway", "jobs", "nodes", "tracking"], events.Select(service => service.Key));
        LockedContract.Check("events", events);
    }

    [Fact]
    public void messages_are_as_they_were()
    {
        var types = Source
            .Services.SelectMany(service => Source.Assembly(service).GetTypes())
            .SelectMany(Consumed)
            .Distinct()
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .ToList();

        Assert.NotEmpty(types);
        LockedContract.Check(
            "messages",
            new JsonObject(
                types.Select(type =>
                    KeyValuePair.Create(type.FullName!, (JsonNode?)_messages.GetJsonSchemaAsNode(type, _schema))
                )
            )
        );
    }

    /// <summary>The web app translates by code, and others may: a sentence may be worded better, but says the same.</summary>
    [Fact]
    public void sentences_are_as_they_were()
    {
        Assert.Empty(Sentences.Hidden);
        Assert.All(Sentences.All, sentence => Assert.Matches("^[a-z0-9]+([.-][a-z0-9]+)*$", sentence.Code));
        Assert.Empty(Sentences.All.CountBy(sentence => sentence.Code).Where(code => code.Value > 1));
        LockedContract.Check(
            "sentences",
            new JsonObject(
                Sentences.All.Select(sentence =>
                    KeyValuePair.Create(sentence.Code, (JsonNode?)new JsonObject(Described(sentence)))
                )
            )
        );
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Described(ITemplate sentence)
    {
        yield return new("english", sentence.English);
        if (sentence.Problem is { } problem)
        {
            yield return new("problem", problem);
        }
    }

    /// <summary>What a consumer or a state machine receives.</summary>
    private static IEnumerable<Type> Consumed(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
            ? type.GetInterfaces()
                .Where(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IConsumer<>))
                .Select(face => face.GenericTypeArguments[0])
                .Concat(
                    type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                        .Where(property =>
                            property.PropertyType.IsGenericType
                            && property.PropertyType.GetGenericTypeDefinition() == typeof(Event<>)
                        )
                        .Select(property => property.PropertyType.GenericTypeArguments[0])
                )
            : [];
}
