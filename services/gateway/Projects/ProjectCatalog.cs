using System.Data.Common;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>A registered project as the API shows it.</summary>
/// <param name="RetentionDays">
/// For how many days ended jobs, ended runs and versions made by jobs are kept; null for ever. Then they go into the recycle bin. Holds
/// for projects below it too, unless they are registered themselves.
/// </param>
internal sealed record ProjectView(
    string Path,
    string? Description,
    int? RetentionDays,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    long Version
);

/// <summary>Reads registered projects.</summary>
internal sealed class ProjectCatalog(GatewayStore store)
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    public const string Columns = "path, description, retention_days, created_at, changed_at, version";

    public async Task<ProjectView?> FindAsync(string path, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand($"select {Columns} from project where path = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = path });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static ProjectView Read(DbDataReader row) =>
        new(
            row.Value<string>("path"),
            row.TextOrNull("description"),
            row.ValueOrNull<int>("retention_days"),
            row.Value<DateTimeOffset>("created_at"),
            row.Value<DateTimeOffset>("changed_at"),
            row.Value<long>("version")
        );
}
