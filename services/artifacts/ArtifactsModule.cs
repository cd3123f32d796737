using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;
using Platform.Artifacts.Browsing;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Changing;
using Platform.Artifacts.EventShipping;
using Platform.Artifacts.JobArtifacts;
using Platform.Artifacts.Mlflow;
using Platform.Artifacts.Mlflow.Models;
using Platform.Artifacts.Retention;
using Platform.Artifacts.RunFiles;
using Platform.Artifacts.Versions;
using Platform.ElasticLogs;
using Platform.EventStore;
using Platform.Hosting;
using Platform.JobAttempts;
using Platform.Messaging;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;

namespace Platform.Artifacts;

/// <summary>The artifacts service: content-addressed blobs, named versions of files, aliases.</summary>
public sealed class ArtifactsModule : IServiceModule
{
    /// <inheritdoc />
    public void Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddServiceSecurity();
        services.AddSettings<ArtifactsOptions>("Artifacts");

        var store = new EventStoreOptions("artifacts") { ConnectionsAtRest = 3 };
        ArtifactJson.Register(store.Events);
        store.Migrations.Add(ArtifactsTables.Blobs);
        store.Migrations.Add(ArtifactsTables.Catalog);
        store.Migrations.Add(ArtifactsTables.JobAttempt);
        store.Migrations.Add(JobAttemptTable.Migration("004_job_attempt_placement"));
        store.Migrations.Add(ArtifactsTables.VersionRank);
        store.Migrations.Add(ArtifactsTables.ExecutableFile);
        store.Migrations.Add(ArtifactsTables.Lists);
        store.Migrations.Add(ArtifactsTables.Deletion);
        store.Migrations.Add(ProjectRetentionTable.Migration("009_project_retention"));
        store.Migrations.Add(ArtifactsTables.RestoredVersion);
        store.Migrations.Add(ArtifactsTables.Search);
        store.Migrations.Add(ArtifactsTables.SearchFold);
        store.Migrations.Add(RunFileTables.Migration);
        store.Migrations.Add(CatalogProjection.ModelMigration);
        store.Migrations.Add(JobAttemptTable.PurgeMigration("015_job_attempt_purged"));
        store.InlineProjections.Add(new CatalogProjection());
        store.PublishEvents<ArtifactsMessages>("artifacts");
        if (builder.Configuration.SendsLogs())
        {
            store.Subscriptions.Add(container => ActivatorUtilities.CreateInstance<ShipArtifactEvents>(container));
        }

        services.AddEventStore(store, (options, source) => new ArtifactsStore(options, source));

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<BlobIntake>();
        services.AddWatchedFolder("artifacts", provider => provider.GetRequiredService<BlobIntake>().Folder);
        services.AddSingleton<IBlobStore>(provider =>
            provider.GetRequiredService<IOptions<ArtifactsOptions>>() is { Value.Store: BlobStoreKind.S3 } options
                ? new S3BlobStore(options, provider.GetRequiredService<TimeProvider>())
                : new FileBlobStore(provider.GetRequiredService<IOptions<ArtifactsOptions>>())
        );
        services.AddSingleton<BlobLibrary>();
        services.AddSingleton<ArtifactWriter>();
        services.AddSingleton<JobAttempts<ArtifactsStore>>();
        services.AddSingleton<MachineAccess>();
        services.AddSingleton<VersionCreation>();
        services.AddSingleton<ArtifactCatalog>();
        services.AddListCounts<ArtifactsStore>("artifact_summary", "is_listed", "type", "project");
        services.AddSingleton<StorageStatistics>();
        services.AddSingleton<RetentionSteps>();
        services.AddSingleton<VersionPurge>();
        services.AddSingleton<RetainedProjects<ArtifactsStore>>();
        services.AddSingleton<BlobCollector>();
        services.AddHostedService<ArtifactRetention>();
        services.AddRunFiles();
        services.AddMlflowModels();
        services.AddSingleton<VersionFiles>();
        services.AddSingleton<BlobStoreService>();
        services.AddHostedService(provider => provider.GetRequiredService<BlobStoreService>());
        services.AddHealthChecks().AddCheck<BlobStoreService>("artifact-store");
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var artifacts = app.MapGroup("/api/artifacts")
            .WithTags("Artifacts")
            .AddEndpointFilter(StoreProblems.CatchAsync)
            .AddEndpointFilter(MachineAccess.CheckAttemptAsync)
            .AddEndpointFilter(ArtifactProblems.CheckNameAsync);
        artifacts.MapUploadBlob();
        artifacts.MapUploadBlobs();
        artifacts.MapReadBlob();
        artifacts.MapReadStatistics();
        artifacts.MapListArtifacts();
        artifacts.MapReadVersions();
        artifacts.MapCreateVersion();
        artifacts.MapDeleteVersion();
        artifacts.MapPurgeVersions();
        artifacts.MapChangeAlias();
        artifacts.MapDownloadFile();
        artifacts.MapDownloadArchive();

        var jobs = app.MapGroup("/api/jobs/{jobId:guid}/artifacts")
            .WithTags("Artifacts")
            .AddEndpointFilter(StoreProblems.CatchAsync)
            .AddEndpointFilter(MachineAccess.CheckAttemptAsync);
        jobs.MapUploadJobArtifact();
        jobs.MapListJobArtifacts();
        app.MapRunFiles();
        app.MapMlflowArtifacts();
        app.MapMlflowModels();
    }

    /// <inheritdoc />
    public void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddServiceConsumer<RecordJobAttempts>("artifacts");
        bus.AddServiceConsumer<RecordProjects>("artifacts");
        bus.AddServiceConsumer<RecordFileOwners>("artifacts");
    }
}
