using System.Collections.Concurrent;
using MassTransit;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Tests.Harness;

/// <summary>
/// A simulated nodes service and agent: records received messages and answers as the test configures.
/// </summary>
internal sealed class TestCluster
{
    public static readonly Guid NodeId = new("0198c0de-0000-7000-8000-0000000000aa");

    private IBus? _bus;

    public ConcurrentQueue<object> Received { get; } = new();

    /// <summary>Answers a request for a placement; null sends no answer.</summary>
    public Func<RequestPlacement, object?> OnRequest { get; set; } = request => Grant(request.JobId, request.Attempt);

    /// <summary>Answers a query about a placement; null sends no answer.</summary>
    public Func<ConfirmPlacement, object?> OnConfirm { get; set; } = confirm => Grant(confirm.JobId, confirm.Attempt);

    /// <summary>Answers a query about one of the attempts that wait; null sends no answer.</summary>
    public Func<WaitingAttempt, object?> OnConfirmWaiting { get; set; } = _ => null;

    /// <summary>Answers a release; null sends no answer.</summary>
    public Func<ReleasePlacement, object?> OnRelease { get; set; } =
        release => new PlacementReleasedMessage { JobId = release.JobId, Attempt = release.Attempt };

    /// <summary>Answers the command to start; null sends no answer.</summary>
    public Func<StartProcess, object?> OnStart { get; set; } = start => Started(start.JobId, start.Attempt, start.Rank);

    /// <summary>Answers the command to stop; null sends no answer.</summary>
    public Func<StopProcess, object?> OnStop { get; set; } =
        stop => Exited(stop.JobId, stop.Attempt, stop.Reason, rank: stop.Rank);

    public static PlacementGrantedMessage Grant(Guid jobId, int attempt, int ranks = 1) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            Nodes =
            [
                .. Enumerable
                    .Range(0, ranks)
                    .Select(rank => new PlacedNode
                    {
                        NodeId = NodeId,
                        NodeName = "node-1",
                        Gpus = ranks == 1 ? [] : [rank],
                        Rank = rank,
                    }),
            ],
        };

    public static ProcessStarted Started(Guid jobId, int attempt, int rank = 0) =>
        new()
        {
            ReportId = Guid.CreateVersion7(),
            NodeId = NodeId,
            JobId = jobId,
            Attempt = attempt,
            Rank = rank,
            At = TimeProvider.System.GetUtcNow(),
        };

    public static ProcessExited Exited(Guid jobId, int attempt, string reason, int? exitCode = null, int rank = 0) =>
        new()
        {
            ReportId = Guid.CreateVersion7(),
            NodeId = NodeId,
            JobId = jobId,
            Attempt = attempt,
            Rank = rank,
            At = TimeProvider.System.GetUtcNow(),
            Reason = reason,
            ExitCode = exitCode,
        };

    public static PlacementLostMessage Lost(Guid jobId, int attempt) =>
        new()
        {
            JobId = jobId,
            Attempt = attempt,
            NodeId = NodeId,
            Reason = EndReasons.NodeLost,
        };

    public void Attach(IBus bus) => _bus = bus;

    public Task PublishAsync(object message) => _bus!.Publish(message, message.GetType());

    public Task ExitAsync(Guid jobId, int attempt = 1, int exitCode = 0, int rank = 0) =>
        PublishAsync(Exited(jobId, attempt, EndReasons.ExitCode, exitCode, rank));

    public IEnumerable<T> All<T>() => Received.OfType<T>();

    public static void ConfigureBus(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<Others>().Endpoint(endpoint => endpoint.Name = "test-others");
        bus.AddConsumer<Nodes>().Endpoint(endpoint => endpoint.Name = "test-nodes");
        bus.AddConsumer<Agent>().Endpoint(endpoint => endpoint.Name = AgentQueues.For(NodeId));
    }

    private async Task AnswerAsync<T>(ConsumeContext<T> context, Func<T, object?> answer)
        where T : class
    {
        Received.Enqueue(context.Message);
        if (answer(context.Message) is { } message)
        {
            await context.Publish(message, message.GetType());
        }
    }

    private sealed class Nodes(TestCluster cluster)
        : IConsumer<RequestPlacement>,
            IConsumer<ConfirmPlacement>,
            IConsumer<ConfirmWaiting>,
            IConsumer<ReleasePlacement>
    {
        public Task Consume(ConsumeContext<RequestPlacement> context) =>
            cluster.AnswerAsync(context, cluster.OnRequest);

        public Task Consume(ConsumeContext<ConfirmPlacement> context) =>
            cluster.AnswerAsync(context, cluster.OnConfirm);

        public async Task Consume(ConsumeContext<ConfirmWaiting> context)
        {
            cluster.Received.Enqueue(context.Message);
            foreach (var message in context.Message.Waiting.Select(cluster.OnConfirmWaiting).OfType<object>())
            {
                await context.Publish(message, message.GetType());
            }
        }

        public Task Consume(ConsumeContext<ReleasePlacement> context) =>
            cluster.AnswerAsync(context, cluster.OnRelease);
    }

    /// <summary>Services that hear what becomes of jobs.</summary>
    private sealed class Others(TestCluster cluster) : IConsumer<JobDeletedMessage>, IConsumer<JobPurgedMessage>
    {
        public Task Consume(ConsumeContext<JobDeletedMessage> context) => cluster.AnswerAsync(context, _ => null);

        public Task Consume(ConsumeContext<JobPurgedMessage> context) => cluster.AnswerAsync(context, _ => null);
    }

    private sealed class Agent(TestCluster cluster)
        : IConsumer<StartProcess>,
            IConsumer<StopProcess>,
            IConsumer<ReportRecorded>
    {
        public Task Consume(ConsumeContext<StartProcess> context) => cluster.AnswerAsync(context, cluster.OnStart);

        public Task Consume(ConsumeContext<StopProcess> context) => cluster.AnswerAsync(context, cluster.OnStop);

        public Task Consume(ConsumeContext<ReportRecorded> context) => cluster.AnswerAsync(context, _ => null);
    }
}
