using System.Text.Json.Serialization;
using Npgsql;
using Platform.EventStore;

namespace Platform.Bench.Benchmarks;

/// <summary>An event of typical size.</summary>
internal sealed record SampleTaken(string Key, int Step, double Value);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SampleTaken))]
internal sealed partial class SampleJson : JsonSerializerContext;

internal sealed class SampleStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);
