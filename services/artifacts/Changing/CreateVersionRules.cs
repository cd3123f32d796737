using Platform.Artifacts.Blobs;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Changing;

/// <summary>Validates a request for a new version; the answer names each invalid field.</summary>
internal static class CreateVersionRules
{
    public const int MaxFiles = 100_000;
    private const int MaxErrors = 50;
    private const int MaxText = 4096;
    private const int MaxEntries = 100;
    private const int MaxKey = 200;

    private static readonly string[] _types = ["model", "dataset", "code", "config", "checkpoint", "custom"];

    /// <summary>The errors by field; empty when the request is valid.</summary>
    public static Dictionary<string, string[]> Check(CreateVersion request)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        CheckHead(request, errors);
        CheckMetadata(request.Metadata, errors);
        CheckAliases(request.Aliases, errors);
        CheckFiles(request.Files, errors);
        return errors;
    }

    /// <summary>What is wrong with an idempotency key; null when it is valid.</summary>
    public static string? ProblemWithKey(string? key) =>
        key is null || (key.Length is > 0 and <= MaxKey && ClientText.IsText(key))
            ? null
            : $"An idempotency key has 1 to {MaxKey} characters.";

    private static void CheckHead(CreateVersion request, Dictionary<string, string[]> errors)
    {
        if (!_types.Contains(request.Type, StringComparer.Ordinal))
        {
            errors.Report("type", $"A type is one of {string.Join(", ", _types)}.");
        }

        if (request.Project is { } project && ClientText.ProblemWithProject(project) is { } problem)
        {
            errors.Report("project", problem);
        }

        if (
            request.Description is { } description
            && (description.Length > MaxText || !ClientText.IsDescription(description))
        )
        {
            errors.Report(
                "description",
                $"A description has at most {MaxText} characters, {ClientText.DescriptionRule}."
            );
        }

        if (request.Rank is < 0)
        {
            errors.Report("rank", "Ranks are counted from 0.");
        }

        if (request.Attempt is < 1)
        {
            errors.Report("attempt", "Attempts are counted from 1.");
        }
    }

    private static void CheckMetadata(
        IReadOnlyDictionary<string, string>? metadata,
        Dictionary<string, string[]> errors
    )
    {
        if (
            metadata is null
            || metadata.Count > MaxEntries
            || metadata.Any(entry => !IsShortText(entry.Key, MaxKey) || !IsShortText(entry.Value, MaxText))
        )
        {
            errors.Report(
                "metadata",
                $"Metadata has at most {MaxEntries} entries: keys of {MaxKey} and texts of {MaxText} characters."
            );
        }
    }

    private static void CheckAliases(IReadOnlyList<string>? aliases, Dictionary<string, string[]> errors)
    {
        if (aliases is null || aliases.Count > MaxEntries || !aliases.All(ArtifactNames.IsAlias))
        {
            errors.Report("aliases", $"An alias is {ArtifactNames.AliasRule}.");
        }
    }

    private static void CheckFiles(IReadOnlyList<ArtifactFile>? files, Dictionary<string, string[]> errors)
    {
        if (files is null or { Count: 0 or > MaxFiles })
        {
            errors.Report("files", $"A version has 1 to {MaxFiles} files.");
            return;
        }

        var paths = new HashSet<string>(files.Count, StringComparer.Ordinal);
        var total = 0L;
        for (var i = 0; i < files.Count && errors.Count < MaxErrors; i++)
        {
            CheckFile(files[i], $"files[{i}]", paths, ref total, errors);
        }

        for (var i = 0; i < files.Count && errors.Count < MaxErrors; i++)
        {
            if (files[i]?.Path is { } path && FindFileAbove(path, paths) is { } folder)
            {
                errors.Report($"files[{i}].path", $"'{folder}' is a file and also a folder.");
            }
        }
    }

    private static void CheckFile(
        ArtifactFile? file,
        string field,
        HashSet<string> paths,
        ref long total,
        Dictionary<string, string[]> errors
    )
    {
        if (file is null)
        {
            errors.Report(field, "A file has path, size and sha256.");
            return;
        }

        if (ClientText.ProblemWithPath(file.Path) is { } problem)
        {
            errors.Report($"{field}.path", problem);
        }
        else if (!paths.Add(file.Path))
        {
            errors.Report($"{field}.path", "This path occurs twice.");
        }

        if (!BlobName.TryParse(file.Sha256, out _))
        {
            errors.Report($"{field}.sha256", "A SHA-256 is 64 lower-case hexadecimal digits.");
        }

        if (file.Size < 0 || file.Size > long.MaxValue - total)
        {
            errors.Report($"{field}.size", "A size is a number of bytes.");
        }
        else
        {
            total += file.Size;
        }
    }

    private static string? FindFileAbove(string path, HashSet<string> files)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (files.Contains(path[..slash]))
            {
                return path[..slash];
            }
        }

        return null;
    }

    private static bool IsShortText(string? text, int limit) =>
        text is not null && text.Length <= limit && ClientText.IsText(text);

    private static void Report(this Dictionary<string, string[]> errors, string field, string message) =>
        errors.TryAdd(field, [message]);
}
