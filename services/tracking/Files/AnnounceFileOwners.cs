using System.Globalization;
using MassTransit;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;

namespace Platform.Tracking.Files;

/// <summary>Says what is known of a run to the service that keeps its files.</summary>
internal sealed class AnnounceFileOwners(TrackingStore store, ExperimentDirectory experiments)
    : IConsumer<AnnounceFileOwner>
{
    public async Task Consume(ConsumeContext<AnnounceFileOwner> context) =>
        await context.Publish(await FindAsync(context.Message.Owner, context.CancellationToken));

    private async Task<FileOwnerAnnounced> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select version, is_deleted, job_id, project from run where id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return new FileOwnerAnnounced
            {
                Owner = id,
                Exists = false,
                Version = 0,
            };
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
}
