using System.ComponentModel.DataAnnotations;

namespace Platform.GpuAgent;

/// <summary>How an agent runs (configuration section <c>Agent</c>).</summary>
public sealed class AgentOptions : IValidatableObject
{
    /// <summary>The platform's address, such as <c>http://10.0.0.1:5080</c>: the gateway, or standalone.</summary>
    [Required]
    public string Server { get; set; } = "";

    /// <summary>Lets the agent join; not needed again by a node that has joined.</summary>
    public string? JoinToken { get; set; }

    /// <summary>Holds the identity, the journal, work folders and the cache; one agent per folder.</summary>
    [Required]
    public string StateFolder { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "platform-agent");

    /// <summary>The name shown to users; the host's name by default.</summary>
    public string? Name { get; set; }

    /// <summary>What jobs may request, as <c>Agent:Labels:zone=lab</c>.</summary>
    public Dictionary<string, string> Labels { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Offer this many CPUs instead of all.</summary>
    [Range(0.01, 100_000)]
    public double? Cpus { get; set; }

    /// <summary>Offer this much memory instead of all.</summary>
    [Range(1, int.MaxValue)]
    public int? MemoryMiB { get; set; }

    /// <summary>Limit jobs to the CPUs and memory that they asked for, where the agent's user may make control groups.</summary>
    public bool EnforceLimits { get; set; } = true;

    /// <summary>The broker, when it differs from the one that the platform returns at the join.</summary>
    public string? Broker { get; set; }

    /// <summary>Seconds between heartbeats; by default the value that the platform returns at the join.</summary>
    [Range(0.05, 3600)]
    public double? HeartbeatSeconds { get; set; }

    /// <summary>Seconds between SIGTERM and SIGKILL; a cancelled job must have ended within 10 s.</summary>
    [Range(0, 3600)]
    public double GraceSeconds { get; set; } = 8;

    /// <summary>What happens to running trainings when the agent is stopped on purpose.</summary>
    public OnStop OnStop { get; set; } = OnStop.Keep;

    /// <summary>The most a work folder may take before its attempt is stopped; no limit by default.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxDiskMiB { get; set; }

    /// <summary>
    /// How long the work folder of a failed attempt is kept for inspection; others are removed at once.
    /// </summary>
    [Range(0, 100_000)]
    public double WorkRetentionHours { get; set; } = 24;

    /// <summary>The most the cache of inputs may take.</summary>
    [Range(0, int.MaxValue)]
    public int CacheMiB { get; set; } = 20 * 1024;

    /// <summary>
    /// The most output kept on disk while the platform is unavailable; output beyond that is dropped.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int SpoolMiB { get; set; } = 1024;

    /// <summary>
    /// Variables of the agent's environment that trainings get besides PATH, HOME, LANG and USER; comma-separated.
    /// </summary>
    public string PassEnvironment { get; set; } = "DOTNET_ROOT,LD_LIBRARY_PATH,SSL_CERT_FILE,SSL_CERT_DIR,TZ";

    internal string NodeName => string.IsNullOrWhiteSpace(Name) ? Environment.MachineName : Name.Trim();

    internal Uri ServerAddress => new(Server.TrimEnd('/') + "/");

    internal TimeSpan Grace => TimeSpan.FromSeconds(GraceSeconds);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            yield return new ValidationResult("Agent:Server must be an http or https address.", [nameof(Server)]);
        }
    }
}

/// <summary>What happens to running trainings when their agent is stopped on purpose.</summary>
public enum OnStop
{
    /// <summary>They continue; the agent finds them again after its restart.</summary>
    Keep,

    /// <summary>They are stopped, and reported as <c>node_stopped</c>.</summary>
    Stop,
}
