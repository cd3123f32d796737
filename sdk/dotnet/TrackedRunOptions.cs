using System.Globalization;

namespace Platform.Sdk;

/// <summary>How a training is tracked. Options that are not set come from the job's environment variables.</summary>
public sealed record TrackedRunOptions
{
    /// <summary>
    /// The platform's address (<c>PLATFORM_URL</c>); without one, or with <c>PLATFORM_DISABLED=1</c>, nothing is
    /// tracked.
    /// </summary>
    public Uri? Server { get; init; } = ServerFromEnvironment();

    /// <summary>Sent as a bearer token (<c>PLATFORM_TOKEN</c>).</summary>
    public string? Token { get; init; } = Variable("PLATFORM_TOKEN");

    /// <summary>
    /// The run (<c>PLATFORM_RUN_ID</c>); a new one when there is none. One that is named here and has been before goes on: it runs
    /// again, and its steps count up from the last.
    /// </summary>
    public string RunId
    {
        get;
        init
        {
            field = value;
            IsRunNamed = value is not null;
        }
    } = Variable("PLATFORM_RUN_ID") ?? Guid.CreateVersion7().ToString("D");

    /// <summary>The job that runs this training (<c>PLATFORM_JOB_ID</c>).</summary>
    public Guid? JobId { get; init; } = Guid.TryParse(Variable("PLATFORM_JOB_ID"), out var id) ? id : null;

    /// <summary>The attempt of the job (<c>PLATFORM_ATTEMPT</c>).</summary>
    public int? Attempt { get; init; } =
        int.TryParse(Variable("PLATFORM_ATTEMPT"), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The project (<c>PLATFORM_PROJECT</c>).</summary>
    public string Project { get; init; } = Variable("PLATFORM_PROJECT") ?? "default";

    /// <summary>
    /// The run's name; a run that belongs to a job has the job's name. In a job, a second run with a name is one below the job's.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The id of the run that this one is below.</summary>
    public string? ParentId { get; init; }

    /// <summary>Parameters of the training, such as its learning rate.</summary>
    public IReadOnlyDictionary<string, object?> Parameters { get; init; } =
        new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Labels of the run.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Where unsent records are kept (<c>PLATFORM_SPOOL_DIR</c>); in a job, the agent sends this folder after the end.
    /// </summary>
    public string SpoolFolder { get; init; } =
        Variable("PLATFORM_SPOOL_DIR")
        ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } data
                ? data
                : Path.GetTempPath(),
            "platform",
            "spool"
        );

    /// <summary>How long <see cref="TrackedRun.Finish"/> waits while nothing can be sent.</summary>
    public TimeSpan FinishTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often logged records go to the spool and from there to the platform.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Whether Ctrl-C and SIGTERM end the run as interrupted. False is for a program that handles them itself and goes on to its
    /// own end: of handlers that cancel a signal the run knows only those that were added after it began.
    /// </summary>
    public bool EndOnSignal { get; init; } = true;

    /// <summary>
    /// Whether what the program prints by <see cref="Console"/> is also added to the run's text <c>console</c>, until the run ends.
    /// What other programs or native libraries print is not.
    /// </summary>
    public bool CaptureConsole { get; init; }

    /// <summary>What <see cref="CaptureConsole"/> keeps of progress bars.</summary>
    public ProgressBars ProgressBars { get; init; }

    /// <summary>Whether the program has set <see cref="RunId"/>.</summary>
    internal bool IsRunNamed { get; private init; }

    /// <summary><c>PLATFORM_DISABLED=1</c>: nothing is tracked.</summary>
    internal static bool IsDisabled => Variable("PLATFORM_DISABLED") is "1";

    private static Uri? ServerFromEnvironment() =>
        Uri.TryCreate(Variable("PLATFORM_URL"), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : null;

    internal static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
