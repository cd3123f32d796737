using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>
/// The <c>Idempotency-Key</c> of a request to create a run. A caller's key is the id of the run, which remembers what the request said:
/// so the key is known for as long as the run is there, without a table of keys.
/// </summary>
internal static class RunRequestKey
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    public static bool IsKey([NotNullWhen(true)] string? key) =>
        key is { Length: > 0 and <= MaxLength } && ClientText.IsOneLine(key);

    /// <summary>The id of the run that this caller's requests with the key create.</summary>
    public static string IdOf(Caller caller, string key) =>
        new Guid(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.Subject}\n{key}")).AsSpan(0, 16),
            bigEndian: true
        ).ToString("D");

    /// <summary>Tells requests apart that say different things, in whatever order they say it.</summary>
    public static string HashOf(CreateRun command)
    {
        var content = new RunRequestContent(
            command.Project,
            command.Name,
            command.JobId,
            command.ParentId,
            command.StartedAt,
            Sorted(command.Parameters),
            Sorted(command.Tags)
        );
        return Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, TrackingJson.Default.RunRequestContent))
        );
    }

    private static SortedDictionary<string, T>? Sorted<T>(IReadOnlyDictionary<string, T>? values) =>
        values is null ? null : new(values.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}

/// <summary>What a request to create a run says.</summary>
internal sealed record RunRequestContent(
    string Project,
    string? Name,
    Guid? JobId,
    string? ParentId,
    DateTimeOffset? StartedAt,
    SortedDictionary<string, RunValue>? Parameters,
    SortedDictionary<string, string?>? Tags
);
