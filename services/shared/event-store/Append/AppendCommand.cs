using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Platform.EventStore;

/// <summary>The one command that stores the events of several appends; it fails as a whole.</summary>
internal static class AppendCommand
{
    private const string Sql = "select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

    /// <summary>Stores them in order; no stream may occur twice.</summary>
    public static NpgsqlBatchCommand For(IReadOnlyList<PendingAppend> appends) =>
        new(Sql)
        {
            Parameters =
            {
                Each(appends, append => append.StreamId, NpgsqlDbType.Varchar),
                Each(appends, append => append.StreamType, NpgsqlDbType.Varchar),
                Each(appends, append => append.Expected.Value, NpgsqlDbType.Bigint),
                Each(appends, append => (long)append.Ids.Length, NpgsqlDbType.Bigint),
                Each(appends, append => append.Timestamp, NpgsqlDbType.TimestampTz),
                Each(appends, append => append.Metadata.CorrelationId, NpgsqlDbType.Varchar),
                Each(appends, append => append.Metadata.CausationId, NpgsqlDbType.Varchar),
                Each(appends, Headers, NpgsqlDbType.Jsonb),
                Array(appends.SelectMany((append, i) => append.Ids.Select(_ => i + 1)), NpgsqlDbType.Integer),
                Array(appends.SelectMany(append => append.Ids.Select((_, i) => i + 1L)), NpgsqlDbType.Bigint),
                Array(appends.SelectMany(append => append.Ids), NpgsqlDbType.Uuid),
                Array(appends.SelectMany(append => append.Types), NpgsqlDbType.Varchar),
                Array(appends.SelectMany(append => append.DotnetTypes), NpgsqlDbType.Varchar),
                Array(appends.SelectMany(append => append.Bodies), NpgsqlDbType.Jsonb),
            },
        };

    private static string? Headers(PendingAppend append) =>
        append.Metadata.Headers is { Count: > 0 } headers
            ? JsonSerializer.Serialize(headers, MetadataJson.Default.IReadOnlyDictionaryStringString)
            : null;

    private static NpgsqlParameter<T[]> Each<T>(
        IReadOnlyList<PendingAppend> appends,
        Func<PendingAppend, T> value,
        NpgsqlDbType type
    ) => Array(appends.Select(value), type);

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };
}
