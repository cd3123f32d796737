using MassTransit;
using Platform.Contracts.Agents;
using Platform.ElasticLogs;
using Platform.EventStore;
using Platform.Hosting;
using Platform.Jobs.Access;
using Platform.Jobs.Attempts;
using Platform.Jobs.Browsing;
using Platform.Jobs.Changing;
using Platform.Jobs.Coordination;
using Platform.Jobs.Groups;
using Platform.Jobs.Logs;
using Platform.Jobs.LogSearch;
using Platform.Jobs.LogShipping;
using Platform.Jobs.Retention;
using Platform.Jobs.Submission;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;

namespace Platform.Jobs;

/// <summary>The jobs service: submission, life cycle and logs of training jobs.</summary>
public sealed class JobsModule : IServiceModule
{
    private const string Service = "jobs";

    /// <inheritdoc />
    public void Add(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddServiceSecurity();
        services.AddSettings<JobsOptions>("Jobs");
        services.AddEventStore(StoreOptions(), (options, source) => new JobsStore(options, source));
        services.AddSingleton<JobDecisions>();
        services.AddSingleton<MachineAccess>();
        services.AddSingleton<KibanaLinks>();
        services.AddSingleton<JobReader>();
        services.AddListCounts<JobsStore>("job_summary", "is_deleted", "project", "status", "submitted_by");
        services.AddSingleton<WorkReader>();
        services.AddSingleton<JobsMessages>();
        services.AddSingleton<RepublishJob>();
        services.AddSingleton<JobSubmissions>();
        services.AddSingleton<JobGroups>();
        services.AddSingleton<UserJobCommands>();
        services.AddSingleton<RetentionSteps>();
        services.AddSingleton<JobPurge>();
        services.AddSingleton<RetainedProjects<JobsStore>>();
        services.AddSingleton<LogStore>();
        services.AddSingleton<LogFollower>();
        services.AddSingleton<LogWaiter>();
        services.AddSingleton<LogSignals>();
        services.AddHostedService(container => container.GetRequiredService<LogSignals>());
        services.AddSingleton<LogIndex>();
        services.AddSingleton<LogSearcher>();
        services.AddHostedService<IndexLogs>();
        services.AddHostedService<ResumeUnsettledJobs>();
        services.AddHostedService<JobRetention>();
        services.AddGauges<JobGauges>();
        if (builder.Configuration.SendsLogs())
        {
            services.AddSingleton<ShippedLogs>();
            services.AddHostedService<ShipLogs>();
        }
    }

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/jobs")
            .WithTags("jobs")
            .AddEndpointFilter(ProcessNumbers.CheckAsync)
            .AddEndpointFilter(MachineAccess.CheckAsync);
        jobs.MapSubmitJob();
        jobs.MapCheckJob();
        jobs.MapListJobs();
        jobs.MapGetJob();
        jobs.MapGetJobEvents();
        jobs.MapCancelJob();
        jobs.MapRetryJob();
        jobs.MapDeleteJob();
        jobs.MapRestoreJob();
        jobs.MapPurgeJobs();
        jobs.MapGetAttemptWork();
        jobs.MapAppendLog();
        jobs.MapGetLog();
        app.MapGroup("/api/logs").WithTags("jobs").MapSearchLogs();
    }

    /// <inheritdoc />
    public void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        bus.AddServiceConsumer<RecordPlacementWaiting>(Service);
        bus.AddServiceConsumer<RecordReasonChanged>(Service);
        bus.AddServiceConsumer<RecordPlacementGranted>(Service);
        bus.AddServiceConsumer<RecordPlacementLost>(Service);
        bus.AddAgentConsumer<RecordProcessStarted, ProcessStarted>(Service, started => started.NodeId);
        bus.AddAgentConsumer<RecordProcessExited, ProcessExited>(Service, exited => exited.NodeId);
        bus.AddServiceConsumer<RequestOverdueStop>(Service);
        bus.AddServiceConsumer<AnnounceJobAgain>(Service);
        bus.AddServiceConsumer<SubmitRequestedJob>(Service);
        bus.AddServiceConsumer<CancelChildrenOfJob>(Service);
        bus.AddServiceConsumer<RecordProjects>(Service);
        bus.AddServiceSaga<JobCoordinationStateMachine, JobCoordination, JobsStore>(
            JobCoordinationStateMachine.Endpoint,
            jobId => new JobDeadlinePassed { JobId = jobId },
            settled: nameof(JobCoordinationStateMachine.Settled)
        );
    }

    private static EventStoreOptions StoreOptions()
    {
        var options = new EventStoreOptions(Service) { InlineProjections = { new JobSummaryProjection() } };
        JobEventsJson.Register(options.Events);
        foreach (var migration in JobsTables.Migrations)
        {
            options.Migrations.Add(migration);
        }

        options.PublishEvents<JobsMessages>(Service);
        return options;
    }
}
