using Microsoft.Extensions.Options;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Staging;
using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Phases;

/// <summary>The services that every attempt uses.</summary>
internal sealed record AttemptServices(
    IOptions<AgentOptions> AgentOptions,
    StateFolder State,
    Shims Shims,
    JobLimits Limits,
    JobsClient Jobs,
    ArtifactClient Artifacts,
    WorkFolder WorkFolder,
    BlobUpload Blobs,
    KeepOutputs Outputs,
    Reports Reports,
    TimeProvider Clock,
    ILogger<AttemptContext> Log
)
{
    public AgentOptions Options => AgentOptions.Value;

    /// <summary>
    /// Limits concurrent process starts to the number of processors: more would not start sooner, but would slow down
    /// other work on the machine.
    /// </summary>
    public SemaphoreSlim Starts { get; } = new(Environment.ProcessorCount);
}
