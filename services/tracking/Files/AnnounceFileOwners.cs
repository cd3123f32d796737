using System.Globalization;
using MassTransit;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.LoggedModels;

namespace Platform.Tracking.Files;

/// <summary>Says what is known of a run, and of the models that it logged, or of one of these, to the service that keeps their files.</summary>
internal sealed class AnnounceFileOwners(TrackingStore store, ExperimentDirectory experiments)
    : IConsumer<AnnounceFileOwner>
{
    public async Task Consume(ConsumeContext<AnnounceFileOwner> context)
    {
        var (id, cancellationToken) = (context.Message.Owner, context.CancellationToken);
        if (LoggedModelIds.IsId(id))
        {
            var found = await FindModelsAsync("l.id = $1", id, cancellationToken);
            await context.Publish(found.Count > 0 ? found[0] : NoneOf(id));
            return;
        }

        await context.Publish(await FindRunAsync(id, cancellationToken));
        // They go into the recycle bin with their run.
        foreach (var model in await FindModelsAsync("l.run_id = $1", id, cancellationToken))
        {
            await context.Publish(model);
        }
    }

    private async Task<FileOwnerAnnounced> FindRunAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select version, is_deleted, job_id, project from run where id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return NoneOf(id);
        }

        var project = reader.TextOrNull("project");
        var known = new FileOwnerAnnounced
        {
            Owner = id,
            Exists = true,
            Version = reader.Value<long>("version"),
            IsDeleted = reader.Value<bool>("is_deleted"),
            JobId = reader.ValueOrNull<Guid>("job_id"),
            Project = project,
        };
        await reader.CloseAsync();
        var experiment = await experiments.OfProjectAsync(project ?? "default", cancellationToken);
        return known with { Experiment = experiment.ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>Logged models. What is said of one changes with its run, so both count in the version.</summary>
    private async Task<IReadOnlyList<FileOwnerAnnounced>> FindModelsAsync(
        string condition,
        string parameter,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select l.id, l.version + coalesce(r.version, 0) as version, {LoggedModelReader.IsDeleted} as is_deleted,
              {LoggedModelReader.JobId} as job_id, l.experiment_id::text as experiment, e.project
            from {LoggedModelReader.Tables} left join experiment e on e.id = l.experiment_id where {condition}
            """
        );
        command.Parameters.Add(new() { Value = parameter });
        var found = new List<FileOwnerAnnounced>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new FileOwnerAnnounced
                {
                    Owner = reader.Value<string>("id"),
                    Exists = true,
                    Version = reader.Value<long>("version"),
                    IsDeleted = reader.Value<bool>("is_deleted"),
                    JobId = reader.ValueOrNull<Guid>("job_id"),
                    Project = reader.TextOrNull("project"),
                    Experiment = reader.Value<string>("experiment"),
                }
            );
        }

        return found;
    }

    private static FileOwnerAnnounced NoneOf(string id) =>
        new()
        {
            Owner = id,
            Exists = false,
            Version = 0,
        };
}
