using System.Security.Cryptography;
using System.Text;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>Validates a request and converts it to a spec, or returns the errors of each invalid field.</summary>
internal sealed class JobRequestCheck
{
    private const int MaxNameLength = 120;
    private const int MaxEntries = 1000;
    private const int MaxTextLength = 32 * 1024;
    private const int MaxCommandLength = 128 * 1024;
    private const int MaxFilesBytes = 1024 * 1024;
    private const int MaxGpus = 1024;
    private const double MaxCpus = 65_536;

    /// <summary>A thousandth is the least that schedulers and control groups know; less would be none.</summary>
    private const double MinCpus = 0.001;
    private const int MaxAttempts = 100;
    private const int MaxBackoffSeconds = 3600;

    private static readonly string[] _outputTypes = ["model", "dataset", "code", "config", "checkpoint", "custom"];

    /// <summary>The job's own environment wins over what the platform sets, except over these.</summary>
    private static readonly string[] _reservedVariables =
    [
        "CUDA_VISIBLE_DEVICES",
        "NVIDIA_VISIBLE_DEVICES",
        "RANK",
        "WORLD_SIZE",
        "LOCAL_RANK",
        "MASTER_ADDR",
        "MASTER_PORT",
    ];

    private static readonly Dictionary<string, string?> _none = new(StringComparer.Ordinal);

    private readonly FieldErrors _errors = new();

    private JobRequestCheck() { }

    /// <summary>Validates every field.</summary>
    /// <returns>Null when there are <paramref name="errors"/>.</returns>
    public static JobSpec? Check(JobRequest request, out FieldErrors errors)
    {
        var check = new JobRequestCheck();
        var spec = new JobSpec
        {
            Name = check.Name(request.Name),
            Project = check.Project(request.Project),
            ParentId = request.ParentId,
            Command = check.Command(request.Command),
            Files = check.Files(request.Files),
            Source = check.Source(request),
            Inputs = check.Inputs(request),
            Outputs = check.Each("outputs", request.Outputs, check.Output),
            Resources = check.Resources(request.Resources),
            Labels = check.Labels(request.Labels),
            Priority = check.InRange("priority", request.Priority, 50, 0, 100),
            Retry = new RetryPolicy(
                check.InRange(
                    "retry.maxAttempts",
                    request.Retry?.MaxAttempts,
                    RetryPolicy.Default.MaxAttempts,
                    1,
                    MaxAttempts
                ),
                check.InRange(
                    "retry.backoffSeconds",
                    request.Retry?.BackoffSeconds,
                    RetryPolicy.Default.BackoffSeconds,
                    0,
                    MaxBackoffSeconds
                )
            ),
            TimeoutSeconds = check.Timeout(request.TimeoutSeconds),
            Env = check.Env(request.Env),
        };
        errors = check._errors;
        return errors.Count == 0 ? spec : null;
    }

    private string Name(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength)
        {
            return Wrong("name", JobRequestSentences.NameLength.With(MaxNameLength));
        }

        return ClientText.IsVisibleLine(name) ? name : Wrong("name", JobRequestSentences.NameCharacters);
    }

    private string Project(string? project) =>
        project is null ? "default"
        : ClientText.ProblemWithProject(project) is { } problem ? Wrong("project", problem)
        : project;

    private List<string> Command(IReadOnlyList<string?>? command)
    {
        if (command is not { Count: > 0 and <= MaxEntries })
        {
            Wrong("command", JobRequestSentences.CommandParts.With(MaxEntries));
            return [];
        }

        for (var i = 0; i < command.Count; i++)
        {
            if (command[i] is not { } part || !ClientText.IsText(part))
            {
                Wrong($"command[{i}]", JobRequestSentences.CommandPart);
            }
            else if (i == 0 && part.Length == 0)
            {
                Wrong("command[0]", JobRequestSentences.CommandProgram);
            }
        }

        if (command.Sum(part => part?.Length ?? 0) > MaxCommandLength)
        {
            Wrong("command", JobRequestSentences.CommandLength.With(MaxCommandLength));
        }

        return [.. command.Select(part => part ?? "")];
    }

    private List<JobFile> Files(IReadOnlyDictionary<string, string?>? files)
    {
        var checkedFiles = new List<JobFile>();
        var total = 0L;
        // Sorted, so that equal requests produce equal specs.
        foreach (var (path, text) in (files ?? _none).OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (ClientText.ProblemWithPath(path) is { } problem)
            {
                Wrong($"files['{SafeText.Shown(path)}']", problem);
            }
            else if (text is null || !ClientText.IsText(text))
            {
                Wrong($"files['{path}']", JobRequestSentences.FileText);
            }
            else
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                total += bytes.Length;
                checkedFiles.Add(new JobFile(path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
            }
        }

        if (total > MaxFilesBytes || files?.Count > MaxEntries)
        {
            Wrong("files", JobRequestSentences.FilesSize.With(MaxEntries));
        }

        foreach (var folder in checkedFiles.Where(file => checkedFiles.Exists(other => IsBelow(other.Path, file.Path))))
        {
            Wrong($"files['{folder.Path}']", JobRequestSentences.FileAndFolder);
        }

        return checkedFiles;
    }

    private static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);

    private ArtifactReference? Source(JobRequest request)
    {
        if (request.Source is not { } source)
        {
            return null;
        }

        if (request.Files is { Count: > 0 })
        {
            Wrong("source", JobRequestSentences.FilesOrSource);
        }

        return new ArtifactReference { Artifact = Reference("source.artifact", source.Artifact) };
    }

    /// <summary>What the artifacts hold is unknown here; the agent refuses files of theirs that meet.</summary>
    private List<JobInput> Inputs(JobRequest request)
    {
        var inputs = Each("inputs", request.Inputs, Input);
        var at = new Dictionary<string, JobInput>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++)
        {
            var (artifact, path) = (inputs[i].Artifact, inputs[i].Path);
            if (path.Length == 0)
            {
                continue; // already an error
            }

            if (!at.TryAdd(path, inputs[i]))
            {
                Wrong($"inputs[{i}].path", JobRequestSentences.InputsMeet.With(at[path].Artifact, artifact, path));
            }

            var file = request.Files?.Keys.FirstOrDefault(file =>
                string.Equals(file, path, StringComparison.Ordinal) || IsBelow(path, file)
            );
            if (file is not null)
            {
                Wrong(
                    $"inputs[{i}].path",
                    JobRequestSentences.InputOverFile.With(artifact, path, SafeText.Shown(file))
                );
            }
        }

        return inputs;
    }

    private JobInput Input(string field, InputRequest input) =>
        new()
        {
            Artifact = Reference($"{field}.artifact", input.Artifact),
            Path = RelativePath($"{field}.path", input.Path),
        };

    private JobOutput Output(string field, OutputRequest output)
    {
        var type = output.Type ?? "custom";
        if (!_outputTypes.Contains(type, StringComparer.Ordinal))
        {
            Wrong($"{field}.type", JobRequestSentences.OutputType.With(string.Join(", ", _outputTypes)));
        }

        return new JobOutput
        {
            Path = RelativePath($"{field}.path", output.Path),
            Artifact = ClientText.IsArtifactName(output.Artifact)
                ? output.Artifact
                : Wrong($"{field}.artifact", TextSentences.ArtifactName),
            Type = type,
        };
    }

    private List<TChecked> Each<TRequest, TChecked>(
        string field,
        IReadOnlyList<TRequest?>? items,
        Func<string, TRequest, TChecked> check
    )
        where TRequest : class
    {
        if (items?.Count > MaxEntries)
        {
            Wrong(field, JobRequestSentences.MaxEntries.With(MaxEntries));
            return [];
        }

        var result = new List<TChecked>();
        for (var i = 0; i < items?.Count; i++)
        {
            if (items[i] is { } item)
            {
                result.Add(check($"{field}[{i}]", item));
            }
            else
            {
                Wrong($"{field}[{i}]", JobRequestSentences.Null);
            }
        }

        return result;
    }

    private Resources Resources(ResourcesRequest? resources)
    {
        var cpus = resources?.Cpus ?? 1;
        if (!(cpus >= MinCpus && cpus <= MaxCpus))
        {
            Wrong("resources.cpus", JobRequestSentences.Cpus.With(MinCpus, MaxCpus));
        }

        return new Resources
        {
            Gpus = InRange("resources.gpus", resources?.Gpus, 0, 0, MaxGpus),
            Cpus = cpus,
            MemoryMiB = InRange("resources.memoryMiB", resources?.MemoryMiB, 512, 1, int.MaxValue),
        };
    }

    private int? Timeout(int? seconds) =>
        seconds is null ? null : InRange("timeoutSeconds", seconds, 0, 1, int.MaxValue);

    private Dictionary<string, string> Labels(IReadOnlyDictionary<string, string?>? labels) =>
        Pairs(
            "labels",
            labels,
            (key, value) =>
                SafeText.IsLabel(key) && (value.Length == 0 || SafeText.IsLabel(value))
                    ? null
                    : JobRequestSentences.Label
        );

    private Dictionary<string, string> Env(IReadOnlyDictionary<string, string?>? env) =>
        Pairs(
            "env",
            env,
            (name, value) =>
                !SafeText.IsEnvironmentName(name) ? JobRequestSentences.VariableName
                : name.StartsWith("PLATFORM_", StringComparison.OrdinalIgnoreCase)
                    ? JobRequestSentences.PlatformVariable
                : _reservedVariables.Contains(name, StringComparer.Ordinal)
                    ? JobRequestSentences.ReservedVariable.With(name)
                : name is "CUDA_DEVICE_ORDER" && value is not "PCI_BUS_ID" ? JobRequestSentences.DeviceOrder
                : value.Length <= MaxTextLength ? null
                : JobRequestSentences.ValueLength.With(MaxTextLength)
        );

    private Dictionary<string, string> Pairs(
        string field,
        IReadOnlyDictionary<string, string?>? pairs,
        Func<string, string, Sentence?> problemWith
    )
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (pairs?.Count > MaxEntries)
        {
            Wrong(field, JobRequestSentences.MaxEntries.With(MaxEntries));
            return result;
        }

        foreach (var (key, value) in (pairs ?? _none).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var problem =
                value is null || !ClientText.IsText(value) ? JobRequestSentences.ValueText : problemWith(key, value);
            if (problem is null)
            {
                result.Add(key, value!);
            }
            else
            {
                Wrong($"{field}['{SafeText.Shown(key)}']", problem);
            }
        }

        return result;
    }

    private string Reference(string field, string? reference) =>
        SafeText.IsArtifactReference(reference) ? reference! : Wrong(field, JobRequestSentences.Reference);

    private string RelativePath(string field, string? path) =>
        ClientText.ProblemWithPath(path) is { } problem ? Wrong(field, problem) : path!;

    private int InRange(string field, int? value, int fallback, int from, int to)
    {
        var number = value ?? fallback;
        if (number < from || number > to)
        {
            Wrong(
                field,
                to == int.MaxValue ? JobRequestSentences.AtLeast.With(from) : JobRequestSentences.Between.With(from, to)
            );
        }

        return number;
    }

    /// <summary>Records an error.</summary>
    /// <returns>A value to continue with, so that one answer lists every error.</returns>
    private string Wrong(string field, Sentence error)
    {
        _errors.Add(field, error);
        return "";
    }
}
