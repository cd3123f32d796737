namespace Platform.Sdk;

/// <summary>Which run a training begins or joins.</summary>
/// <param name="Options">With ids, names and paths as the platform takes them.</param>
/// <param name="IsJoined">Whether another process has begun the run, with which it ends.</param>
/// <param name="EndsWithJob">Whether it is the job's own run, which ends as the job does unless the training ends it.</param>
/// <param name="IsContinued">Whether the program names the run, which may have been before.</param>
internal sealed record RunPlan(TrackedRunOptions Options, bool IsJoined, bool EndsWithJob, bool IsContinued)
{
    private static readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    public static RunPlan Of(TrackedRunOptions options)
    {
        var valid = Valid(options);
        var jobRun = TrackedRunOptions.Variable("PLATFORM_RUN_ID");
        var owner = RunProcess.Owner(options.Attempt);
        lock (_begun)
        {
            if (valid.RunId == jobRun && valid.ParentId is null && !options.IsRunNamed)
            {
                valid =
                    IsBelow(jobRun, owner, valid)
                        ? valid with
                        {
                            RunId = Guid.CreateVersion7().ToString("D"),
                            ParentId = jobRun,
                        }
                    : owner is { } one && !_begun.Contains(jobRun) ? valid with { RunId = one.Run }
                    : valid;
                if (valid.RunId != jobRun)
                {
                    // Only the job's own run has attempts.
                    valid = valid with
                    {
                        Attempt = null,
                    };
                }
            }

            _begun.Add(valid.RunId);
        }

        var isJobRun = valid.JobId is not null && valid.RunId == jobRun;
        var isJoined = owner is { } other && (isJobRun || other.Run == valid.RunId);
        return new RunPlan(valid, isJoined, isJobRun, options.IsRunNamed && !isJobRun && !isJoined);
    }

    /// <summary>
    /// Whether it is another run than the job's, below it. The first process of the job to begin one has the job's; programs that it
    /// starts join its run, unless they have another name.
    /// </summary>
    private static bool IsBelow(string jobRun, (string Run, string? Name)? owner, TrackedRunOptions options) =>
        _begun.Contains(jobRun) ? options.Name is not null
        : owner is { } other ? options.Name is not null && options.Name != other.Name
        : options is { JobId: not null, Name: { } name }
            && TrackedRun.IsId(jobRun)
            && !TrackedRunOptions.IsDisabled
            && RunProcess.FirstName(options, name) != name;

    private static TrackedRunOptions Valid(TrackedRunOptions options)
    {
        // Options may be set to null in programs without nullable references.
        var given = options.Project ?? "";
        var project = Values.ValidProject(given);
        if (project != given)
        {
            Notice.Write($"the project {Values.Brief(given)} is tracked as {project}");
        }

        var name = options.Name is null ? null : Values.ValidName(options.Name);
        if (name != options.Name)
        {
            Notice.Write($"the name {Values.Brief(options.Name!)} is kept as {name ?? "the run's id"}");
        }

        return options with
        {
            Server = ValidServer(options.Server),
            Token = ValidToken(options.Token),
            RunId = options.RunId ?? Guid.CreateVersion7().ToString("D"),
            ParentId = ValidParent(options.ParentId),
            Project = project,
            Name = name,
            SpoolFolder = options.SpoolFolder ?? "",
            FlushInterval = Within(options.FlushInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            FinishTimeout = Within(options.FinishTimeout, TimeSpan.Zero, TimeSpan.FromDays(1)),
        };
    }

    private static TimeSpan Within(TimeSpan time, TimeSpan least, TimeSpan most) =>
        time < least ? least
        : time > most ? most
        : time;

    private static Uri? ValidServer(Uri? server)
    {
        if (server is null or { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            return server;
        }

        Notice.Write($"{Values.Brief(server.OriginalString)} is not a valid address; nothing is tracked");
        return null;
    }

    /// <summary>The token without what surrounds it, such as the line end of the file that it was read from.</summary>
    private static string? ValidToken(string? token)
    {
        var text = token?.Trim() ?? "";
        if (text.All(c => c is > ' ' and <= '~'))
        {
            return text.Length > 0 ? text : null;
        }

        Notice.Write("the token is none; nothing can be sent until it is right, and is kept in the spool");
        return null;
    }

    private static string? ValidParent(string? parent)
    {
        if (parent is null || TrackedRun.IsId(parent))
        {
            return parent;
        }

        Notice.Write($"{Values.Brief(parent)} is not a valid run id; the run has no parent");
        return null;
    }
}
