using System.Data.Common;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>Who is told of alerts.</summary>
internal sealed record Destination
{
    public const string Webhook = "webhook";
    public const string Mail = "mail";

    public const string Columns = """
        d.id, d.name, d.kind, d.url, d.recipients, d.secret, d.is_active, d.created_at, d.created_by, d.changed_at, d.changed_by,
        d.version
        """;

    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string Kind { get; init; }
    public string? Url { get; init; }
    public IReadOnlyList<string>? Recipients { get; init; }

    /// <summary>Encrypted; null for mail.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>For what a secret is encrypted.</summary>
    public static string PurposeOf(Guid id) => $"alert_destination {id:D}";

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static Destination Read(DbDataReader row)
    {
        var (recipients, secret) = (row.GetOrdinal("recipients"), row.GetOrdinal("secret"));
        return new Destination
        {
            Id = row.Value<Guid>("id"),
            Name = row.Value<string>("name"),
            Kind = row.Value<string>("kind"),
            Url = row.TextOrNull("url"),
            Recipients = row.IsDBNull(recipients) ? null : row.GetFieldValue<string[]>(recipients),
            Secret = row.IsDBNull(secret) ? null : row.GetFieldValue<byte[]>(secret),
        };
    }
}

/// <summary>A destination as the API shows it.</summary>
internal sealed record DestinationView
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    [OneOf(Destination.Webhook, Destination.Mail)]
    public required string Kind { get; init; }

    /// <summary>A webhook's address.</summary>
    public required string? Url { get; init; }

    /// <summary>The addresses of a mail.</summary>
    public required IReadOnlyList<string>? Recipients { get; init; }

    /// <summary>Nothing is sent while it is not.</summary>
    public required bool Active { get; init; }

    /// <summary>
    /// What the receiver verifies signatures with (<c>whsec_…</c>). Only in the answer that made it, and never again; null in every other.
    /// </summary>
    public string? Secret { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string? CreatedBy { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
    public required string? ChangedBy { get; init; }

    /// <summary>The version for <c>If-Match</c>.</summary>
    public required long Version { get; init; }

    /// <summary>Reads a row of <see cref="Destination.Columns"/>.</summary>
    public static DestinationView Read(DbDataReader row)
    {
        var destination = Destination.Read(row);
        return new DestinationView
        {
            Id = destination.Id,
            Name = destination.Name,
            Kind = destination.Kind,
            Url = destination.Url,
            Recipients = destination.Recipients,
            Active = row.Value<bool>("is_active"),
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            CreatedBy = row.TextOrNull("created_by"),
            ChangedAt = row.Value<DateTimeOffset>("changed_at"),
            ChangedBy = row.TextOrNull("changed_by"),
            Version = row.Value<long>("version"),
        };
    }
}
