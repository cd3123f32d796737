using Microsoft.Extensions.Options;
using Platform.Artifacts.RunFiles;
using Platform.Artifacts.Versions;
using Platform.EventStore;
using Platform.JobAttempts;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Retention;

/// <summary>
/// Deletes what this service keeps no longer: versions that a job made longer ago than their project keeps them go into the recycle
/// bin, but for the newest of an artifact and those that an alias points at; versions that have been there for long enough are purged;
/// bytes that nothing names are deleted.
/// </summary>
internal sealed class ArtifactRetention(
    ArtifactWriter writer,
    VersionPurge purge,
    BlobCollector collector,
    FileOwners owners,
    JobAttempts<ArtifactsStore> attempts,
    RetentionSteps steps,
    RetainedProjects<ArtifactsStore> projects,
    IOptions<ArtifactsOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private static readonly string _made = $"""
        select v.name, v.number from artifact_version v join artifact_summary s on s.name = v.name
        where {RetainedProject.Condition("coalesce(v.project, s.project)::text")} and v.created_at < $5
          and coalesce(v.restored_at, v.created_at) < $5
          and v.job_id is not null and v.deleted_at is null and v.number <> s.latest_version
          and not exists (select from artifact_alias a where a.name = v.name and a.number = v.number)
        limit $6
        """;

    /// <summary>Longer than messages about a run may be late.</summary>
    private static readonly TimeSpan _keepUnknown = TimeSpan.FromDays(1);

    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(ArtifactRetention),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("artifacts").Subject,
        }
    );

    protected override TimeSpan Interval => options.Value.RetentionInterval;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await steps.TryAsync(
            "delete versions that projects keep no longer",
            async () =>
            {
                foreach (var project in await projects.ReadAsync(cancellationToken))
                {
                    await DeleteMadeAsync(project, now, cancellationToken);
                }
            },
            cancellationToken
        );
        await purge.PurgeDueAsync(now - options.Value.KeepDeleted, _ownAccount, cancellationToken);
        await steps.TryAsync(
            "forget ids that are no runs",
            () => owners.ForgetAsync(now - _keepUnknown, cancellationToken),
            cancellationToken
        );
        await steps.TryAsync(
            "forget attempts of purged jobs",
            () => attempts.ForgetPurgedAsync(now, cancellationToken),
            cancellationToken
        );
        await collector.CollectAsync(now - options.Value.KeepUnused, cancellationToken);
    }

    private Task DeleteMadeAsync(RetainedProject project, DateTimeOffset now, CancellationToken cancellationToken) =>
        steps.ForEachAsync(
            $"delete versions that project '{project.Path}' keeps no longer",
            limit =>
                projects.FindAsync(
                    project,
                    now,
                    _made,
                    limit,
                    row => (Name: row.GetString(0), Number: row.GetInt32(1)),
                    cancellationToken
                ),
            version => $"delete version {version.Number} of '{version.Name}'",
            async version =>
            {
                var outcome = await writer.HandleAsync(
                    version.Name,
                    new DeleteVersion(version.Number, project.Reason),
                    _ownAccount with
                    {
                        CorrelationId = version.Name,
                    },
                    cancellationToken: cancellationToken
                );
                return outcome.Events.Count > 0;
            },
            cancellationToken
        );
}
