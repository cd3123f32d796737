using MassTransit;
using Platform.EventStore;
using Platform.Hosting;
using Platform.JobAttempts;
using Platform.Messaging;
using Platform.Mlflow;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;
using Platform.Tracking.Alerts;
using Platform.Tracking.Browsing;
using Platform.Tracking.Changing;
using Platform.Tracking.Comparing;
using Platform.Tracking.Exporting;
using Platform.Tracking.Files;
using Platform.Tracking.Filtering;
using Platform.Tracking.Heartbeats;
using Platform.Tracking.Importing;
using Platform.Tracking.Jobs;
using Platform.Tracking.Live;
using Platform.Tracking.Metrics;
using Platform.Tracking.Metrics.Storage;
using Platform.Tracking.Mlflow;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Retention;
using Platform.Tracking.Runs;

namespace Platform.Tracking;

/// <summary>The tracking service: runs, their values and their metric series.</summary>
public sealed class TrackingModule : IServiceModule
{
    /// <inheritdoc />
    public void Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddServiceSecurity();
        services.AddSettings<TrackingOptions>("Tracking");

        var options = new EventStoreOptions("tracking");
        TrackingJson.Register(options.Events);
        options.Migrations.Add(RunProjection.Migration);
        options.Migrations.Add(MetricTables.Migration);
        options.Migrations.Add(RunProjection.AttemptMigration);
        options.Migrations.Add(MetricTables.AttemptMigration);
        options.Migrations.Add(JobAttemptTable.Migration("005_job_attempt"));
        options.Migrations.Add(RunProjection.EndMigration);
        options.Migrations.Add(RunProjection.ListMigration);
        options.Migrations.Add(RunProjection.DeletionMigration);
        options.Migrations.Add(MetricTables.PurgeMigration);
        options.Migrations.Add(ProjectRetentionTable.Migration("010_project_retention"));
        options.Migrations.Add(MetricTables.ActivityMigration);
        options.Migrations.Add(RunProjection.SearchMigration);
        options.Migrations.Add(RunProjection.DetailsMigration);
        options.Migrations.Add(RunHeartbeats.Migration);
        options.Migrations.Add(RunProjection.SearchFoldMigration);
        options.Migrations.Add(ExperimentProjection.Migration);
        options.Migrations.Add(MetricTables.ChunkMigration);
        options.Migrations.Add(RunFacts.Migration);
        options.Migrations.Add(RunFacts.FoldMigration);
        options.Migrations.Add(RunLogs.Migration);
        options.Migrations.Add(LoggedModelProjection.Migration);
        options.Migrations.Add(RunInputTables.Migration);
        options.Migrations.Add(RunProjection.LossesMigration);
        options.Migrations.Add(JobAttemptTable.PurgeMigration("055_job_attempt_purged"));
        options.InlineProjections.Add(new RunProjection());
        options.InlineProjections.Add(new ExperimentProjection());
        options.InlineProjections.Add(new LoggedModelProjection());
        services.AddAlerts(options);
        options.PublishEvents<TrackingMessages>("tracking");
        services.AddEventStore(options, (store, source) => new TrackingStore(store, source));

        services.AddSingleton<JobAttempts<TrackingStore>>();
        services.AddSingleton<MachineAccess>();
        services.AddSingleton<RunSignals>();
        services.AddSingleton<RunHandler>();
        services.AddSingleton<RunParents>();
        services.AddSingleton<RunReader>();
        services.AddSingleton<PathCounts>();
        services.AddListCounts<TrackingStore>("run", "is_deleted", "project", "status");
        services.AddSingleton<RunChanges>();
        services.AddSingleton<MetricWriter>();
        services.AddSingleton<MetricReader>();
        services.AddSingleton<OldPointsMover>();
        services.AddSingleton<RunComparer>();
        services.AddSingleton<AnalyticsReader>();
        services.AddSingleton<WholeSeries>();
        services.AddSingleton<MetricsCsv>();
        services.AddSingleton<RunDocument>();
        services.AddSingleton<RunLogs>();
        services.AddSingleton<ExportedRuns>();
        services.AddSingleton<RunArchiveWriter>();
        services.AddSingleton<RunImporter>();
        services.AddWatchedFolder(ImportRunsEndpoint.Folder, _ => Path.GetTempPath(), isShared: false);
        services.AddSingleton<LiveReader>();
        services.AddSingleton<TrackingCounters>();
        services.AddSingleton<RetentionSteps>();
        services.AddSingleton<RunPurge>();
        services.AddSingleton<RetainedProjects<TrackingStore>>();
        services.AddHostedService<RunRetention>();
        services.AddMlflow();
        services.AddSingleton<RunHeartbeats>();
        services.AddHostedService<LostRuns>();
        services.AddGauges<RunGauges>();
    }

    /// <inheritdoc />
    public void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddServiceConsumer<CreateRunForJob>("tracking");
        bus.AddServiceConsumer<StartRunForJob>("tracking");
        bus.AddServiceConsumer<EndRunForJob>("tracking");
        bus.AddServiceConsumer<RecordJobAttempts>("tracking");
        bus.AddServiceConsumer<RecordProjects>("tracking");
        bus.AddServiceConsumer<AnnounceFileOwners>("tracking");
        bus.AddAlerts();
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var runs = app.MapGroup("/api/runs").WithTags("runs").AddEndpointFilter(MachineAccess.CheckAsync);
        runs.MapCreateRun();
        runs.MapListRuns();
        runs.MapCompareRuns();
        runs.MapReadAnalytics();
        runs.MapExportRuns();
        runs.MapImportRuns();
        runs.MapGetRun();
        runs.MapExportRun();
        runs.MapReadRunLogs();
        runs.MapUpdateRun();
        runs.MapFinishRun();
        runs.MapSendHeartbeat();
        runs.MapDeleteRun();
        runs.MapRestoreRun();
        runs.MapPurgeRuns();
        runs.MapLogMetrics();
        runs.MapReadMetrics();
        runs.MapReadMetricsOfRuns();
        runs.MapMetricKeys();
        runs.MapFollowMetrics();
        app.MapListPaths();
        app.MapMlflow();
        app.MapAlerts();
    }
}
