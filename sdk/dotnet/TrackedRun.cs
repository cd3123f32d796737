using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Platform.Sdk;

/// <summary>
/// A tracked training. No method throws, fails or waits because of what it is given or because the platform is unavailable: what
/// can't be stored is left out alone, said once on standard error and counted; records go from memory to a spool on disk and from
/// there to the platform, in the background, now or when it is available again. All methods are thread-safe.
/// </summary>
/// <remarks>
/// A run that the program leaves open ends with the process: as failed after an unhandled exception or with an exit code, as
/// interrupted by Ctrl-C or SIGTERM (<see cref="TrackedRunOptions.EndOnSignal"/>). In a job the run ends as the job does.
/// </remarks>
public sealed partial class TrackedRun : IDisposable
{
    private static readonly string NameRule =
        $"a name has 1 to {Values.MaxName} characters, none of them a control character";

    private readonly Recorder? _recorder;
    private readonly TrackedRunOptions _options;
    private readonly RunPlan _plan;
    private readonly Refusals _refusals = new();
    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly nint _exceptionAtStart = Marshal.GetExceptionPointers();
    private readonly string? _announcedBefore;
    private bool _finished;
    private bool _isInterrupted;

    private TrackedRun(TrackedRunOptions options)
    {
        _plan = RunPlan.Of(options);
        _options = _plan.Options;
        if (TrackedRunOptions.IsDisabled)
        {
            return;
        }

        if (_options.Server is null)
        {
            if (options.Server is null)
            {
                Notice.Write("nothing is tracked: set PLATFORM_URL to the platform's address, or PLATFORM_DISABLED=1");
            }

            return;
        }

        if (!IsId(_options.RunId))
        {
            Notice.Write($"'{Values.Brief(_options.RunId)}' is not a valid run id; nothing is tracked");
            return;
        }

        // A process that joins a run says nothing about its start: said later than the end, it would start the run again.
        var run = Records.Run(_options, _plan.IsJoined ? null : TimeProvider.System.GetUtcNow());
        _recorder = new Recorder(_options, run, _refusals, WriteTexts);
        if (_plan.IsContinued)
        {
            _isStepKnown.Reset();
            _recorder.OnLastStep = GoOnAfter;
        }

        if (!_plan.IsJoined)
        {
            _announcedBefore = RunProcess.Announce(_options, options.Attempt);
        }

        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        if (options.EndOnSignal)
        {
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        }
    }

    /// <summary>The run's id.</summary>
    public string Id => _options.RunId;

    /// <summary>False when there is no platform to track on: every call then does nothing.</summary>
    public bool IsEnabled => _recorder is not null;

    /// <summary>True once it has ended for this process.</summary>
    public bool IsFinished => _finished;

    /// <summary>
    /// Starts tracking. Records that an earlier process of the same run could not send are sent first; points keep
    /// their step and time, by which the platform recognizes them, so nothing is stored twice.
    /// </summary>
    public static TrackedRun Init(TrackedRunOptions? options = null)
    {
        var run = new TrackedRun(options ?? new TrackedRunOptions());
        run._recorder?.Start();
        if (run._options.CaptureConsole && run.IsEnabled)
        {
            run._console = new ConsoleCapture(line => run.LogText(line, ConsoleText), run._options.ProgressBars);
        }

        run.Update("parameters", run._options.Parameters);
        run.Update("tags", run._options.Tags?.Select(tag => KeyValuePair.Create(tag.Key, (object?)tag.Value)));
        return run;
    }

    /// <summary>Logs one value.</summary>
    /// <inheritdoc cref="Log(IReadOnlyDictionary{string, double}, long?, string?, DateTimeOffset?)"/>
    public void Log(string key, double value, long? step = null, string? stage = null, DateTimeOffset? at = null) =>
        LogAll([KeyValuePair.Create(key, value)], step, stage, at);

    /// <summary>Logs values of one step.</summary>
    /// <param name="values">By the names of their metrics.</param>
    /// <param name="step">The step; by default one more than the last, also of a run that goes on.</param>
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
    ) => LogAll(values, step, stage, at);

    /// <summary>Sets results of the training, such as its final accuracy: any value that JSON can hold.</summary>
    public void Summary(IReadOnlyDictionary<string, object?> values) => Update("summary", values);

    /// <summary>Sets one result of the training.</summary>
    public void Summary(string key, object? value) => Update("summary", [KeyValuePair.Create(key, value)]);

    /// <summary>Sets a parameter of the training.</summary>
    public void Parameter(string key, object? value) => Update("parameters", [KeyValuePair.Create(key, value)]);

    /// <summary>Sets a label of the run.</summary>
    public void Tag(string key, string value) => Update("tags", [KeyValuePair.Create(key, (object?)value)]);

    /// <summary>
    /// Stores a file or a folder as the next version of an artifact. It is copied to the spool before this returns, so
    /// the original may change afterwards; the upload runs in the background.
    /// </summary>
    /// <param name="path">A file, or a folder with everything in it.</param>
    /// <param name="name">The artifact's name.</param>
    /// <param name="type">
    /// <c>model</c>, <c>dataset</c>, <c>code</c>, <c>config</c>, <c>checkpoint</c> or <c>custom</c>.
    /// </param>
    public void Artifact(string path, string name, string type = "custom")
    {
        if (_recorder is null || !IsOpen("the artifact"))
        {
            return;
        }

        try
        {
            _recorder.AddArtifact(path, Values.ValidArtifact(name), type);
        }
        catch (Exception e)
        {
            _refusals.Add($"the artifact {name}", e.Message);
        }
    }

    /// <summary>Waits until everything logged so far is stored on the platform, or the timeout has elapsed.</summary>
    public TrackingReport Flush(TimeSpan timeout)
    {
        if (!_finished && _recorder is not null)
        {
            WriteTexts(atOnce: true);
            _recorder.Flush(timeout);
        }

        return Report();
    }

    /// <summary>
    /// Ends the run. Waits while records are being sent, and gives up when none could be for
    /// <see cref="TrackedRunOptions.FinishTimeout"/>; unsent records stay in the spool: in a job its agent sends them
    /// once the platform is available again, otherwise the run's next process or <c>platform runs flush</c>. In a process that
    /// joined the run, it only ends this process's part.
    /// </summary>
    /// <param name="status">
    /// <c>finished</c>, <c>failed</c> or <c>interrupted</c>; another word counts as failed, and is kept.
    /// </param>
    public TrackingReport Finish(string status = "finished")
    {
        End(status, sendsEnd: true);
        return Report();
    }

    /// <summary>Ends the run, unless it was ended before: as failed when an exception leaves its block, else as finished.</summary>
    public void Dispose()
    {
        var exception = Marshal.GetExceptionPointers();
        // The block may be within one that handles another exception.
        End(exception != 0 && exception != _exceptionAtStart ? "failed" : "finished", sendsEnd: true);
    }

    /// <summary>Whether the platform accepts an id; it becomes part of addresses and file names.</summary>
    internal static bool IsId(string id) =>
        id.Length is >= 1 and <= 64
        && char.IsAsciiLetterOrDigit(id[0])
        && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private void LogAll(
        IEnumerable<KeyValuePair<string, double>>? values,
        long? step,
        string? stage,
        DateTimeOffset? at
    )
    {
        if (_recorder is null || !IsOpen("the metrics"))
        {
            return;
        }

        KeyValuePair<string, double>[] all;
        try
        {
            all = [.. values!];
        }
        catch (Exception e)
        {
            _refusals.Add("the metrics", e.Message);
            return;
        }

        var problem =
            stage is not null && !Values.IsName(stage, Values.MaxStage)
                ? $"a stage has 1 to {Values.MaxStage} characters, none of them a control character"
            : step is < -Records.MaxStep or > Records.MaxStep ? "a step must be within 2^53 - 1"
            : null;
        AwaitStep(step);
        lock (_gate)
        {
            var number = step ?? _nextStep;
            var time = at?.UtcTicks ?? NextTicks();
            foreach (var (key, value) in all)
            {
                if (problem is not null || !Values.IsName(key, Values.MaxName))
                {
                    _refusals.Add(key, problem ?? NameRule);
                    continue;
                }

                _nextStep = Math.Min(number + 1, Records.MaxStep);
                _recorder.Add(new Point(key, number, time, value, stage));
            }
        }
    }

    private void Update(string field, IEnumerable<KeyValuePair<string, object?>>? values)
    {
        if (_recorder is null || values is null || !IsOpen("what was set"))
        {
            return;
        }

        var json = new JsonObject();
        try
        {
            foreach (var (key, value) in values)
            {
                Set(json, field, key, value);
            }
        }
        catch (Exception e)
        {
            // What enumerates them.
            _refusals.Add(field, e.Message);
        }

        if (json.Count > 0)
        {
            _recorder.Add(Records.Update(new JsonObject { [field] = json }, _options.Attempt), json.Count);
        }
    }

    private void Set(JsonObject json, string field, string key, object? value)
    {
        if (!Values.IsName(key, Values.MaxName))
        {
            _refusals.Add(key, NameRule);
            return;
        }

        try
        {
            bool isCut;
            if (field is "tags")
            {
                var text = Values.Text(value as string ?? "");
                var cut = Values.Cut(text, Values.MaxTag);
                (json[key], isCut) = (cut, cut.Length < text.Length);
            }
            else
            {
                json[key] = Values.Json(value, out isCut);
            }

            if (isCut)
            {
                _refusals.Note($"{Values.Brief(key)} is too long and is cut");
            }
        }
        catch (Exception e)
        {
            // Properties of the value may throw whatever they like.
            _refusals.Add(key, e.Message);
        }
    }

    private bool IsOpen(string what)
    {
        if (_finished && !_isInterrupted)
        {
            _refusals.Add(what, "the run has ended");
        }

        return !_finished;
    }

    private TrackingReport Report() => _recorder?.Report() ?? new TrackingReport(0, _refusals.Count, 0);

    private void End(string status, bool sendsEnd, TimeSpan? longest = null)
    {
        // Its last lines are the run's too.
        _console?.Dispose();
        lock (_gate)
        {
            if (_finished)
            {
                return;
            }

            _finished = true;
            _isInterrupted = longest is not null;
        }

        if (_recorder is null)
        {
            return;
        }

        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        WriteTexts(atOnce: true);
        var end = Records.Finish(status, _options.Attempt, TimeProvider.System.GetUtcNow());
        _recorder.Finish(sendsEnd && !_plan.IsJoined ? end : null, longest);
        _recorder.Dispose();
        _signals.ForEach(signal => signal.Dispose());
        if (!_plan.IsJoined)
        {
            RunProcess.Withdraw(_options.RunId, _announcedBefore);
        }
    }

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs e) => EndWithProcess("failed");

    private void OnProcessExit(object? sender, EventArgs e) =>
        EndWithProcess(Environment.ExitCode == 0 ? "finished" : "failed");

    private void OnSignal(PosixSignalContext context)
    {
        if (!context.Cancel)
        {
            EndWithProcess("interrupted", _options.FinishTimeout);
        }
    }

    private void EndWithProcess(string status, TimeSpan? longest = null) =>
        End(status, sendsEnd: !_plan.EndsWithJob, longest);
}
