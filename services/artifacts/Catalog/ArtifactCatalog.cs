using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Catalog;

/// <summary>Reads one artifact, version or file.</summary>
internal sealed class ArtifactCatalog(ArtifactsStore store)
{
    /// <summary>
    /// The columns that <see cref="ReadVersion"/> reads; <c>v</c> is the version and <c>s</c> its artifact.
    /// </summary>
    public const string VersionColumns = """
        v.name, v.number, v.type, v.project, v.description, v.file_count, v.size, v.digest, v.metadata::text as metadata,
        v.job_id, v.attempt, v.run_id, v.created_at, v.deleted_at, v.deleted_by, v.delete_reason,
        v.number is not distinct from s.latest_version as is_latest,
        array(select a.alias from artifact_alias a where a.name = v.name and a.number = v.number order by a.alias) as aliases,
        v.rank
        """;

    /// <summary>Adds the artifact of a version.</summary>
    public const string VersionJoin = "join artifact_summary s on s.name = v.name";

    /// <summary>Resolves <c>3</c>, <c>v3</c>, <c>latest</c> or an alias to a version that is not deleted.</summary>
    /// <returns>The version and the artifact's revision; null when there is none.</returns>
    public async Task<(ArtifactVersion Version, long Revision)?> ResolveAsync(
        string name,
        string reference,
        CancellationToken cancellationToken
    )
    {
        if (ArtifactNames.TryParseVersion(reference, out var number))
        {
            return await QueryVersionAsync(
                "where v.name = $1 and v.number = $2 and v.deleted_at is null",
                [name, number],
                cancellationToken
            );
        }

        if (string.Equals(reference, ArtifactNames.Latest, StringComparison.Ordinal))
        {
            return await QueryVersionAsync(
                "where v.name = $1 and v.number = s.latest_version",
                [name],
                cancellationToken
            );
        }

        return ArtifactNames.IsAlias(reference)
            ? await QueryVersionAsync(
                """
                where v.name = $1 and v.deleted_at is null
                  and v.number = (select a.number from artifact_alias a where a.name = $1 and a.alias = $2)
                """,
                [name, reference],
                cancellationToken
            )
            : null;
    }

    /// <summary>Whether a reference is the number of a version that is in the recycle bin.</summary>
    public async Task<bool> IsDeletedAsync(string name, string reference, CancellationToken cancellationToken) =>
        ArtifactNames.TryParseVersion(reference, out var number)
        && await QueryVersionAsync(
            "where v.name = $1 and v.number = $2 and v.deleted_at is not null",
            [name, number],
            cancellationToken
        )
            is not null;

    /// <summary>A version that is known to exist, deleted or not.</summary>
    public async Task<(ArtifactVersion Version, long Revision)> GetVersionAsync(
        string name,
        int number,
        CancellationToken cancellationToken
    ) =>
        await QueryVersionAsync("where v.name = $1 and v.number = $2", [name, number], cancellationToken)
        ?? throw new InvalidOperationException($"The catalog has no version {number} of '{name}'.");

    /// <summary>One artifact with its aliases, and its revision; null when there is none.</summary>
    public async Task<(ArtifactDetail Artifact, long Revision)?> FindArtifactAsync(
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select s.name, s.type, s.project, s.description, s.latest_version, s.version_count, s.size, s.created_at,
              s.updated_at, s.revision, a.alias, a.number
            from artifact_summary s left join (
              artifact_alias a join artifact_version v on v.name = a.name and v.number = a.number and v.deleted_at is null)
              on a.name = s.name
            where s.name = $1 order by a.alias
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var aliases = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var artifact = ReadArtifact(reader, aliases);
        var revision = reader.Value<long>("revision");
        if (artifact.LatestVersion is { } latest)
        {
            aliases.Add(ArtifactNames.Latest, latest);
        }

        do
        {
            if (reader.TextOrNull("alias") is { } alias)
            {
                aliases.Add(alias, reader.Value<int>("number"));
            }
        } while (await reader.ReadAsync(cancellationToken));

        return (artifact, revision);
    }

    /// <summary>The files of a manifest, ordered by path.</summary>
    public async Task<IReadOnlyList<ArtifactFile>> ReadFilesAsync(string digest, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select path, size, sha256, executable from manifest_file where digest = $1 order by path"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = digest });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var files = new List<ArtifactFile>();
        while (await reader.ReadAsync(cancellationToken))
        {
            files.Add(ReadFile(reader));
        }

        return files;
    }

    /// <summary>One file of a manifest; null when it has no such path.</summary>
    public async Task<ArtifactFile?> FindFileAsync(string digest, string path, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select path, size, sha256, executable from manifest_file
            where digest = $1 and path in ($2, $3) order by path = $2 desc limit 1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = digest });
        command.Parameters.Add(new NpgsqlParameter { Value = path });
        // Generated clients encode the slashes of a path; a file's name may have such a text too.
        command.Parameters.Add(new NpgsqlParameter { Value = ClientText.DecodeSlashes(path) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadFile(reader) : null;
    }

    /// <summary>A version with its files.</summary>
    public async Task<ArtifactManifest> ReadManifestAsync(
        ArtifactVersion version,
        CancellationToken cancellationToken
    ) =>
        new()
        {
            Name = version.Name,
            Version = version.Version,
            Type = version.Type,
            Project = version.Project,
            Description = version.Description,
            Aliases = version.Aliases,
            Files = await ReadFilesAsync(version.Digest, cancellationToken),
            Size = version.Size,
            Digest = version.Digest,
            Metadata = version.Metadata,
            JobId = version.JobId,
            Attempt = version.Attempt,
            Rank = version.Rank,
            RunId = version.RunId,
            CreatedAt = version.CreatedAt,
            DeletedAt = version.DeletedAt,
        };

    /// <summary>Reads a row of <see cref="VersionColumns"/>.</summary>
    public static ArtifactVersion ReadVersion(DbDataReader row)
    {
        var aliases = row.Value<string[]>("aliases");
        return new ArtifactVersion
        {
            Name = row.Value<string>("name"),
            Version = row.Value<int>("number"),
            Type = row.Value<string>("type"),
            Project = row.TextOrNull("project"),
            Description = row.TextOrNull("description"),
            FileCount = row.Value<int>("file_count"),
            Size = row.Value<long>("size"),
            Digest = row.Value<string>("digest"),
            Metadata = JsonSerializer.Deserialize(
                row.Value<string>("metadata"),
                ArtifactJson.Default.IReadOnlyDictionaryStringString
            )!,
            JobId = row.ValueOrNull<Guid>("job_id"),
            Attempt = row.ValueOrNull<int>("attempt"),
            Rank = row.ValueOrNull<int>("rank"),
            RunId = row.ValueOrNull<Guid>("run_id"),
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            DeletedAt = row.ValueOrNull<DateTimeOffset>("deleted_at"),
            DeletedBy = row.TextOrNull("deleted_by"),
            DeleteReason = row.TextOrNull("delete_reason"),
            Aliases = row.Value<bool>("is_latest") ? [ArtifactNames.Latest, .. aliases] : aliases,
        };
    }

    private static ArtifactDetail ReadArtifact(NpgsqlDataReader row, IReadOnlyDictionary<string, int> aliases) =>
        new()
        {
            Name = row.Value<string>("name"),
            Type = row.Value<string>("type"),
            Project = row.TextOrNull("project"),
            Description = row.TextOrNull("description"),
            LatestVersion = row.ValueOrNull<int>("latest_version"),
            VersionCount = row.Value<int>("version_count"),
            Size = row.Value<long>("size"),
            Aliases = aliases,
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            UpdatedAt = row.Value<DateTimeOffset>("updated_at"),
        };

    private static ArtifactFile ReadFile(NpgsqlDataReader reader) =>
        new()
        {
            Path = reader.GetString(0),
            Size = reader.GetInt64(1),
            Sha256 = reader.GetString(2),
            Executable = reader.GetBoolean(3),
        };

    private async Task<(ArtifactVersion Version, long Revision)?> QueryVersionAsync(
        string where,
        object[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select {VersionColumns}, s.revision
            from artifact_version v {VersionJoin}
            {where}
            """
        );
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (ReadVersion(reader), reader.Value<long>("revision")) : null;
    }
}
