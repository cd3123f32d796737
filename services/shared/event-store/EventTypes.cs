using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Marten.Services.Json.Transformations;

namespace Platform.EventStore;

/// <summary>
/// The events a service knows: alias in the log ↔ type in the program. Aliases are registered explicitly and never
/// derived from the name of the type, so that renaming a class cannot orphan stored events. Bodies are stored as
/// <c>jsonb</c>, which changes the order of properties: polymorphic members need <c>AllowOutOfOrderMetadataProperties</c>.
/// </summary>
public sealed class EventTypes
{
    private readonly Dictionary<string, Registration> _byAlias = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, Registration> _byType = [];

    /// <summary>Registers an event type.</summary>
    /// <param name="alias">Its snake-case alias, such as <c>job_submitted</c>.</param>
    /// <param name="json">Its source-generated JSON shape. All events of a service come from one context.</param>
    public EventTypes Add<TEvent>(string alias, JsonTypeInfo<TEvent> json)
        where TEvent : notnull
    {
        var registration = new Registration(
            alias,
            typeof(TEvent),
            json,
            body => JsonSerializer.Deserialize(body.Span, json)!,
            data => new Event<TEvent>((TEvent)data)
        );
        _byAlias.Add(alias, registration);
        _byType.Add(typeof(TEvent), registration);
        return this;
    }

    /// <summary>Registers an old form of an event: bodies under <paramref name="alias"/> are read and turned into the new form.</summary>
    /// <param name="alias">The old alias, which is no longer written.</param>
    /// <param name="json">The JSON shape of the old form.</param>
    /// <param name="upcast">Turns the old form into the new one; pure.</param>
    public EventTypes Upcast<TOld, TNew>(string alias, JsonTypeInfo<TOld> json, Func<TOld, TNew> upcast)
        where TOld : notnull
        where TNew : notnull
    {
        _byAlias.Add(
            alias,
            new Registration(
                alias,
                typeof(TNew),
                json,
                body => upcast(JsonSerializer.Deserialize(body.Span, json)!),
                data => new Event<TNew>((TNew)data)
            )
        );
        return this;
    }

    /// <summary>The JSON shape of every event that may be stored, by alias; old forms too.</summary>
    public IReadOnlyDictionary<string, JsonTypeInfo> Shapes =>
        _byAlias.ToDictionary(entry => entry.Key, entry => entry.Value.Json, StringComparer.Ordinal);

    internal Registration? Find(string alias) => _byAlias.GetValueOrDefault(alias);

    internal Registration Of(object @event) =>
        _byType.TryGetValue(@event.GetType(), out var registration)
            ? registration
            : throw new InvalidOperationException($"{@event.GetType()} is not registered as an event type.");

    internal void RegisterWith(StoreOptions marten)
    {
        foreach (var (type, registration) in _byType)
        {
            marten.Events.MapEventType(type, registration.Alias);
        }

        foreach (var registration in _byAlias.Values)
        {
            // Registered as if each were an old form: Marten then goes by the alias alone, never by the stored name of a class.
            marten.Events.Upcast(
                registration.Type,
                registration.Alias,
                new JsonTransformation(
                    (_, reader, column) => registration.Read(reader.GetFieldValue<byte[]>(column)),
                    async (_, reader, column, token) =>
                        registration.Read(await reader.GetFieldValueAsync<byte[]>(column, token))
                )
            );
        }

        marten.Serializer(CreateSerializer());
    }

    private SystemTextJsonSerializer CreateSerializer()
    {
        var contexts = _byType.Values.Select(registration => registration.Json.Options).Distinct().ToList();
        if (contexts.Count > 1)
        {
            throw new InvalidOperationException("The events of a service must come from one JSON serializer context.");
        }

        var serializer = new SystemTextJsonSerializer(contexts.SingleOrDefault());
        serializer.Configure(json => json.PropertyNamingPolicy = contexts.SingleOrDefault()?.PropertyNamingPolicy);
        serializer.UseTypeInfoResolver(MetadataJson.Default);
        return serializer;
    }

    /// <param name="Type">The type it is read as.</param>
    /// <param name="Json">The shape of what is stored.</param>
    internal sealed record Registration(
        string Alias,
        Type Type,
        JsonTypeInfo Json,
        Func<ReadOnlyMemory<byte>, object> Read,
        Func<object, IEvent> Wrap
    );
}
