using Platform.Artifacts.Blobs;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Sentences;
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
    public static FieldErrors Check(CreateVersion request)
    {
        var errors = new FieldErrors();
        CheckHead(request, errors);
        CheckMetadata(request.Metadata, errors);
        CheckAliases(request.Aliases, errors);
        CheckFiles(request.Files, errors);
        return errors;
    }

    /// <summary>What is wrong with an idempotency key; null when it is valid.</summary>
    public static Sentence? ProblemWithKey(string? key) =>
        key is null || (key.Length is > 0 and <= MaxKey && ClientText.IsText(key))
            ? null
            : ArtifactSentences.IdempotencyKey.With(MaxKey);

    private static void CheckHead(CreateVersion request, FieldErrors errors)
    {
        if (!_types.Contains(request.Type, StringComparer.Ordinal))
        {
            errors.TryAdd("type", ArtifactSentences.Type.With(string.Join(", ", _types)));
        }

        if (request.Project is { } project && ClientText.ProblemWithProject(project) is { } problem)
        {
            errors.TryAdd("project", problem);
        }

        if (
            request.Description is { } description
            && (description.Length > MaxText || !ClientText.IsDescription(description))
        )
        {
            errors.TryAdd("description", TextSentences.Description.With(MaxText));
        }

        if (request.Rank is < 0)
        {
            errors.TryAdd("rank", ArtifactSentences.Rank);
        }

        if (request.Attempt is < 1)
        {
            errors.TryAdd("attempt", TextSentences.Attempt);
        }
    }

    private static void CheckMetadata(IReadOnlyDictionary<string, string>? metadata, FieldErrors errors)
    {
        if (
            metadata is null
            || metadata.Count > MaxEntries
            || metadata.Any(entry => !IsShortText(entry.Key, MaxKey) || !IsShortText(entry.Value, MaxText))
        )
        {
            errors.TryAdd("metadata", ArtifactSentences.Metadata.With(MaxEntries, MaxKey, MaxText));
        }
    }

    private static void CheckAliases(IReadOnlyList<string>? aliases, FieldErrors errors)
    {
        if (aliases is null || aliases.Count > MaxEntries || !aliases.All(ArtifactNames.IsAlias))
        {
            errors.TryAdd("aliases", ArtifactSentences.Alias);
        }
    }

    private static void CheckFiles(IReadOnlyList<ArtifactFile>? files, FieldErrors errors)
    {
        if (files is null or { Count: 0 or > MaxFiles })
        {
            errors.TryAdd("files", ArtifactSentences.FileCount.With(MaxFiles));
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
                errors.TryAdd($"files[{i}].path", ArtifactSentences.FileAndFolder.With(folder));
            }
        }
    }

    private static void CheckFile(
        ArtifactFile? file,
        string field,
        HashSet<string> paths,
        ref long total,
        FieldErrors errors
    )
    {
        if (file is null)
        {
            errors.TryAdd(field, ArtifactSentences.FileFields);
            return;
        }

        if (ClientText.ProblemWithPath(file.Path) is { } problem)
        {
            errors.TryAdd($"{field}.path", problem);
        }
        else if (!paths.Add(file.Path))
        {
            errors.TryAdd($"{field}.path", ArtifactSentences.PathTwice);
        }

        if (!BlobName.TryParse(file.Sha256, out _))
        {
            errors.TryAdd($"{field}.sha256", ArtifactSentences.Sha256);
        }

        if (file.Size < 0 || file.Size > long.MaxValue - total)
        {
            errors.TryAdd($"{field}.size", ArtifactSentences.Size);
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
}
