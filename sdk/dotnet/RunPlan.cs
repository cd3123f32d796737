namespace Platform.Sdk;

/// <summary>Which run a training begins or joins.</summary>
/// <param name="Options">With ids, names and paths as the platform takes them.</param>
/// <param name="IsJoined">Whether another process has begun the run, with which it ends.</param>
/// <param name="EndsWithJob">Whether it is the job's own run, which ends as the job does unless the training ends it.</param>
internal sealed record RunPlan(TrackedRunOptions Options, bool IsJoined, bool EndsWithJob)
{
    private static readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    public static RunPlan Of(TrackedRunOptions options)
    {
        var valid = Valid(options);
        var jobRun = options.JobId is null ? null : TrackedRunOptions.Variable("PLATFORM_RUN_ID");
        var owner = RunProcess.Owner(options.Attempt);
        var isJobRun = valid.RunId == jobRun;
        lock (_begun)
        {
            var isTaken = isJobRun && (_begun.Contains(jobRun!) || (owner is { } other && other.Name != valid.Name));
            if (isTaken && valid.Name is not null && valid.ParentId is null)
            {
                valid = valid with { RunId = Guid.CreateVersion7().ToString("D"), ParentId = jobRun, Attempt = null };
                isJobRun = false;
            }

            _begun.Add(valid.RunId);
        }

        var isJoined = owner is { } one && (isJobRun || one.Run == valid.RunId);
        return new RunPlan(valid, isJoined, isJobRun);
    }

    private static TrackedRunOptions Valid(TrackedRunOptions options)
    {
        var project = Values.ValidProject(options.Project);
        if (project != options.Project)
        {
            Notice.Write($"the project {Values.Brief(options.Project)} is tracked as {project}");
        }

        var name = options.Name is null ? null : Values.ValidName(options.Name);
        if (name != options.Name)
        {
            Notice.Write($"the name {Values.Brief(options.Name!)} is kept as {name ?? "the run's id"}");
        }

        return options with
        {
            Project = project,
            Name = name,
        };
    }
}
