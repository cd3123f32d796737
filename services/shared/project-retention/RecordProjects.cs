using MassTransit;
using Platform.Contracts.Projects;

namespace Platform.ProjectRetention;

/// <summary>Hears how projects are set up. Each service derives its own, which gets a queue of its own.</summary>
public abstract class RecordProjects<TStore>(RetainedProjects<TStore> projects) : IConsumer<ProjectSettingsMessage>
    where TStore : EventStore.EventStore
{
    /// <inheritdoc />
    public Task Consume(ConsumeContext<ProjectSettingsMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return projects.RecordAsync(context.Message.Projects, context.CancellationToken);
    }
}
