using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Projects;

namespace Platform.ProjectRetention;

/// <summary>For how long projects keep what has ended, as far as this service has heard.</summary>
public sealed class RetainedProjects<TStore>(TStore store)
    where TStore : EventStore.EventStore
{
    /// <summary>Records what the gateway says; what is older than what is known changes nothing.</summary>
    public async Task RecordAsync(IReadOnlyList<ProjectSetting> projects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(projects);
        await using var command = store.DataSource.CreateCommand(
            """
            insert into project_retention as p (path, retention_days, version)
            select path, retention_days, version from unnest($1, $2, $3) as u (path, retention_days, version)
            order by path
            on conflict (path) do update set retention_days = excluded.retention_days, version = excluded.version
            where p.version < excluded.version
            """
        );
        command.Parameters.Add(new() { Value = projects.Select(project => project.Path).ToArray() });
        command.Parameters.Add(
            new()
            {
                Value = projects.Select(project => project.RetentionDays).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
            }
        );
        command.Parameters.Add(new() { Value = projects.Select(project => project.Version).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the projects that do not keep everything.</summary>
    public async Task<IReadOnlyList<RetainedProject>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select p.path, p.retention_days,
              array(select b.path from project_retention b where starts_with(b.path, p.path || '/') order by b.path)
            from project_retention p where p.retention_days is not null order by p.path
            """
        );
        var projects = new List<RetainedProject>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            projects.Add(
                new RetainedProject(
                    reader.GetString(0),
                    reader.GetInt32(1),
                    await reader.GetFieldValueAsync<string[]>(2, cancellationToken)
                )
            );
        }

        return projects;
    }

    /// <summary>Finds rows of a project that ended too long ago.</summary>
    /// <param name="sql">
    /// A query with <see cref="RetainedProject.Condition"/> and, as <c>$5</c>, the time before which they ended; <c>$6</c> is how many
    /// are wanted.
    /// </param>
    /// <param name="read">Reads a row.</param>
    public async Task<IReadOnlyList<T>> FindAsync<T>(
        RetainedProject project,
        DateTimeOffset now,
        string sql,
        int limit,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(read);
        await using var command = store.DataSource.CreateCommand(sql);
        project.AddTo(command.Parameters);
        command.Parameters.Add(new() { Value = project.EndedBefore(now) });
        command.Parameters.Add(new() { Value = limit });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
