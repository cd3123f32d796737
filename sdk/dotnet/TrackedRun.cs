using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>
/// A tracked training. No method fails or waits because the platform is unavailable: records go from memory to a spool
/// on disk and from there to the platform, in the background, now or when it is available again. All methods are
/// thread-safe.
/// </summary>
public sealed class TrackedRun : IDisposable
{
    private readonly Recorder? _recorder;
    private readonly TrackedRunOptions _options;
    private readonly Lock _gate = new();
    private long _nextStep = 1;
    private long _lastTicks;
    private bool _finished;

    private TrackedRun(TrackedRunOptions options)
    {
        _options = options;
        if (options.Server is null || TrackedRunOptions.IsDisabled)
        {
            return;
        }

        if (!IsId(options.RunId))
        {
            Notice.Write($"'{options.RunId}' is not a valid run id; nothing is tracked");
            return;
        }

        _recorder = new Recorder(options);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The run's id.</summary>
    public string Id => _options.RunId;

    /// <summary>False when there is no platform to track on: every call then does nothing.</summary>
    public bool IsEnabled => _recorder is not null;

    /// <summary>
    /// Starts tracking. Records that an earlier process of the same run could not send are sent first; points keep
    /// their step and time, by which the platform recognizes them, so nothing is stored twice.
    /// </summary>
    public static TrackedRun Init(TrackedRunOptions? options = null)
    {
        var run = new TrackedRun(options ?? new TrackedRunOptions());
        run._recorder?.Start();
        run.Update("parameters", run._options.Parameters);
        run.Update("tags", run._options.Tags.ToDictionary(t => t.Key, t => (object?)t.Value, StringComparer.Ordinal));
        return run;
    }

    /// <summary>Logs one value.</summary>
    /// <inheritdoc cref="Log(IReadOnlyDictionary{string, double}, long?, string?, DateTimeOffset?)"/>
    public void Log(string key, double value, long? step = null, string? stage = null, DateTimeOffset? at = null) =>
        Log(new Dictionary<string, double>(StringComparer.Ordinal) { [key] = value }, step, stage, at);

    /// <summary>Logs values of one step.</summary>
    /// <param name="step">The step; by default one more than the last.</param>
    /// <param name="stage">A part of the training, such as <c>warm-up</c>.</param>
    /// <param name="at">
    /// When it was measured; now by default. Logging the same key, step and time again changes nothing, so a resumed
    /// training may repeat what it may already have logged.
    /// </param>
    public void Log(
        IReadOnlyDictionary<string, double> values,
        long? step = null,
        string? stage = null,
        DateTimeOffset? at = null
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        if (_recorder is null)
        {
            return;
        }

        lock (_gate)
        {
            var number = step ?? _nextStep;
            _nextStep = number + 1;
            var time = at?.UtcTicks ?? NextTicks();
            foreach (var (key, value) in values)
            {
                _recorder.Add(new Point(key, number, time, value, stage));
            }
        }
    }

    /// <summary>Sets results of the training, such as its final accuracy: any value that JSON can hold.</summary>
    public void Summary(IReadOnlyDictionary<string, object?> values) => Update("summary", values);

    /// <summary>Sets one result of the training.</summary>
    public void Summary(string key, object? value) => Update("summary", Single(key, value));

    /// <summary>Sets a parameter of the training.</summary>
    public void Parameter(string key, object? value) => Update("parameters", Single(key, value));

    /// <summary>Sets a label of the run.</summary>
    public void Tag(string key, string value) => Update("tags", Single(key, value));

    /// <summary>
    /// Stores a file or a folder as the next version of an artifact. It is copied to the spool before this returns, so
    /// the original may change afterwards; the upload runs in the background.
    /// </summary>
    /// <param name="path">A file, or a folder with everything in it.</param>
    /// <param name="name">The artifact's name.</param>
    /// <param name="type">
    /// <c>model</c>, <c>dataset</c>, <c>code</c>, <c>config</c>, <c>checkpoint</c> or <c>custom</c>.
    /// </param>
    public void Artifact(string path, string name, string type = "custom") => _recorder?.AddArtifact(path, name, type);

    /// <summary>Waits until everything logged so far is stored on the platform.</summary>
    /// <returns>False when the timeout elapsed first.</returns>
    public bool Flush(TimeSpan timeout) => _recorder?.Flush(timeout) ?? true;

    /// <summary>
    /// Ends the run. Waits while records are being sent, and gives up when none could be for
    /// <see cref="TrackedRunOptions.FinishTimeout"/>; unsent records stay in the spool: in a job its agent sends them
    /// once the platform is available again, otherwise the run's next process or <c>platform runs flush</c>.
    /// </summary>
    /// <param name="status"><c>finished</c>, <c>failed</c> or <c>interrupted</c>.</param>
    public void Finish(string status = "finished")
    {
        lock (_gate)
        {
            if (_finished)
            {
                return;
            }

            _finished = true;
        }

        if (_recorder is null)
        {
            return;
        }

        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _recorder.Finish(status);
        _recorder.Dispose();
    }

    /// <summary>Ends the run as finished, unless it was ended before.</summary>
    public void Dispose() => Finish();

    /// <summary>Whether the platform accepts an id; it becomes part of addresses and file names.</summary>
    internal static bool IsId(string id) =>
        id.Length is >= 1 and <= 64
        && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static Dictionary<string, object?> Single(string key, object? value) =>
        new(StringComparer.Ordinal) { [key] = value };

    private void Update(string field, IReadOnlyDictionary<string, object?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (_recorder is null || values.Count == 0)
        {
            return;
        }

        var json = new JsonObject();
        foreach (var (key, value) in values)
        {
            json[key] = Records.Value(value);
        }

        _recorder.Add(Records.Update(new JsonObject { [field] = json }, _options.Attempt));
    }

    /// <summary>Later than every time before, so that two values of one step are two points.</summary>
    private long NextTicks()
    {
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        _lastTicks = Math.Max(now - (now % TimeSpan.TicksPerMicrosecond), _lastTicks + TimeSpan.TicksPerMicrosecond);
        return _lastTicks;
    }

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs e) => Finish("failed");

    private void OnProcessExit(object? sender, EventArgs e) =>
        Finish(Environment.ExitCode == 0 ? "finished" : "failed");
}
