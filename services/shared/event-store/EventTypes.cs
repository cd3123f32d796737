using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Platform.EventStore;

/// <summary>
/// The events a service knows: alias in the log ↔ type in the program. Aliases are registered explicitly and never
/// derived from the name of the type, so that renaming a class cannot orphan stored events. Bodies are stored as
/// <c>jsonb</c>, which orders properties anew: polymorphic members need <c>AllowOutOfOrderMetadataProperties</c>.
/// </summary>
public sealed class EventTypes
{
    private readonly Dictionary<string, Registration> _byAlias = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, Registration> _byType = [];

    /// <summary>Registers an event type.</summary>
    /// <param name="alias">Its snake-case alias, such as <c>job_submitted</c>.</param>
    /// <param name="json">Its source-generated JSON shape.</param>
    public EventTypes Add<TEvent>(string alias, JsonTypeInfo<TEvent> json)
        where TEvent : notnull
    {
        var registration = new Registration(
            alias,
            typeof(TEvent),
            json,
            body => JsonSerializer.Deserialize(body.Span, json)!
        );
        _byAlias.Add(alias, registration);
        _byType.Add(typeof(TEvent), registration);
        return this;
    }

    /// <summary>Registers an old form of an event: bodies under <paramref name="alias"/> are read and turned into the new form.</summary>
    /// <param name="alias">The old alias, which is no longer written.</param>
    /// <param name="json">The JSON shape of the old form.</param>
    /// <param name="upcast">Turns the old form into the new one; pure.</param>
    public EventTypes Upcast<TOld>(string alias, JsonTypeInfo<TOld> json, Func<TOld, object> upcast)
        where TOld : notnull
    {
        _byAlias.Add(
            alias,
            new Registration(alias, typeof(TOld), json, body => upcast(JsonSerializer.Deserialize(body.Span, json)!))
        );
        return this;
    }

    internal Registration? Find(string alias) => _byAlias.GetValueOrDefault(alias);

    internal Registration Of(object @event) =>
        _byType.TryGetValue(@event.GetType(), out var registration)
            ? registration
            : throw new InvalidOperationException($"{@event.GetType()} is not registered as an event type.");

    internal sealed record Registration(
        string Alias,
        Type Type,
        JsonTypeInfo Json,
        Func<ReadOnlyMemory<byte>, object> Read
    )
    {
        /// <summary>Marten's <c>mt_dotnet_type</c>; kept for its readers, never used to find the type.</summary>
        public string DotnetType { get; } = $"{Type.FullName}, {Type.Assembly.GetName().Name}";
    }
}
