using System.Globalization;
using Npgsql;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>
/// Which experiment has which id, name and project. Whatever project has runs is an experiment: one that no client of MLflow created is
/// taken up under its project's name when it is first asked for.
/// </summary>
internal sealed class ExperimentDirectory(TrackingStore store, TimeProvider clock)
{
    private const int MaxProject = 200;

    /// <summary>Creates an experiment.</summary>
    /// <returns>Its id; null when there is one of this name.</returns>
    public async Task<long?> CreateAsync(
        string name,
        IReadOnlyDictionary<string, string> tags,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var path = ProjectOf(name);
        foreach (var project in MadeNames.Numbered(path))
        {
            if (await ClaimAsync(name, project, cancellationToken) is { } id)
            {
                return await CreateAsync(id, name, project, tags, metadata, cancellationToken) ? id : null;
            }

            if (await FindClaimAsync("name", name, cancellationToken) is { } taken)
            {
                // Claimed by a request that ended before the experiment was there.
                return await CreateAsync(taken.Id, name, taken.Project, tags, metadata, cancellationToken)
                    ? taken.Id
                    : null;
            }
        }

        return null;
    }

    /// <summary>The id of the experiment of a project.</summary>
    public async Task<long> OfProjectAsync(string project, CancellationToken cancellationToken)
    {
        // A renamed experiment may have the name of another project.
        foreach (var name in MadeNames.Numbered(project, number => $"{project} ({number})"))
        {
            if (await FindClaimAsync("project", project, cancellationToken) is { } known)
            {
                await TakeUpAsync(known.Id, known.Name, project, cancellationToken);
                return known.Id;
            }

            if (await ClaimAsync(name, project, cancellationToken) is { } id)
            {
                await TakeUpAsync(id, name, project, cancellationToken);
                return id;
            }
        }

        throw new InvalidOperationException($"There is no name for the experiment of project {project}.");
    }

    /// <summary>Takes up all projects that have runs and are no experiments yet, and experiment 0.</summary>
    public async Task TakeUpProjectsAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select distinct r.project from run_count r
            where r.project is not null and r.count > 0 and not exists (select from experiment e where e.project = r.project)
            union select 'default' where not exists (select from experiment e where e.id = 0)
            limit 1000
            """
        );
        foreach (var project in await command.ReadColumnAsync<string>(cancellationToken))
        {
            await OfProjectAsync(project, cancellationToken);
        }
    }

    /// <summary>Gives an experiment another name.</summary>
    /// <returns>False when another one has it.</returns>
    public async Task<bool> RenameAsync(
        long id,
        string name,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            update experiment_claim set name = $2
            where id = $1 and not exists (select from experiment_claim o where o.name = $2 and o.id <> $1)
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = name });
        try
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }

        await HandleAsync(id, new RenameExperiment(name), metadata, cancellationToken);
        return true;
    }

    public Task<Outcome<Experiment, ExperimentEvent>> HandleAsync(
        long id,
        ExperimentCommand command,
        EventMetadata metadata,
        CancellationToken cancellationToken
    ) =>
        store.HandleAsync(
            Experiment.Decider,
            id.ToString(CultureInfo.InvariantCulture),
            experiment => Experiment.Decide(experiment, command, clock.GetUtcNow()),
            metadata,
            cancellationToken: cancellationToken
        );

    /// <summary>A path that looks like the name: what a path cannot have becomes a dash.</summary>
    internal static string ProjectOf(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => MadeNames.Of(part).Trim('-'))
            .Where(part => part.Trim('.').Length > 0);
        var path = string.Join('/', parts);
        // Room for a number.
        path = path[..Math.Min(path.Length, MaxProject - MadeNames.RoomForNumber)].TrimEnd('/');
        return path.Length == 0 ? "experiment" : path;
    }

    private async Task TakeUpAsync(long id, string name, string project, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select 1 from experiment where id = $1");
        command.Parameters.Add(new() { Value = id });
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            var metadata = new EventMetadata(
                CausationId: nameof(ExperimentDirectory),
                Headers: new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [StoredEvent.ActorHeader] = Caller.Service("tracking").Subject,
                }
            );
            await HandleAsync(id, new CreateExperiment(name, project), metadata, cancellationToken);
        }
    }

    private async Task<bool> CreateAsync(
        long id,
        string name,
        string project,
        IReadOnlyDictionary<string, string> tags,
        EventMetadata metadata,
        CancellationToken cancellationToken
    ) =>
        (await HandleAsync(id, new CreateExperiment(name, project, tags), metadata, cancellationToken)).Events.Count
        > 0;

    private async Task<long?> ClaimAsync(string name, string project, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "insert into experiment_claim (name, project) values ($1, $2) on conflict do nothing returning id"
        );
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = project });
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    private async Task<(long Id, string Name, string Project)?> FindClaimAsync(
        string column,
        string value,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"select id, name, project from experiment_claim where {column} = $1"
        );
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), reader.GetString(1), reader.GetString(2))
            : null;
    }
}
