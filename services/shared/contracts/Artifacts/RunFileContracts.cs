using System.Text.Json.Serialization;

namespace Platform.Contracts.Artifacts;

/// <summary>A file of a run.</summary>
public sealed record RunFile
{
    /// <summary>Relative to the run's files, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was uploaded last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What is directly in a folder of a run's files.</summary>
public sealed record RunFolder
{
    /// <summary>Empty for the run's own folder.</summary>
    public required string Path { get; init; }

    /// <summary>Folders and files together, by name.</summary>
    public required IReadOnlyList<RunFolderEntry> Entries { get; init; }

    /// <summary>For <c>after</c>, to read on; null at the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Next { get; init; }
}

/// <summary>A file, or a folder with what is below it.</summary>
public sealed record RunFolderEntry
{
    /// <summary>Its name within the folder.</summary>
    public required string Name { get; init; }

    public required bool IsFolder { get; init; }

    /// <summary>Bytes, of a folder those of all that is below it.</summary>
    public required long Size { get; init; }

    /// <summary>How many files: 1, or those below a folder.</summary>
    public required int Files { get; init; }

    /// <summary>The last upload.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The body of <c>POST /api/runs/{id}/media</c>.</summary>
public sealed record AddRunMedia
{
    /// <summary>1 to 1000 of them.</summary>
    public required IReadOnlyList<RunMedia> Items { get; init; }
}

/// <summary>An image, table, histogram, text, sound or video of a step: a file of the run and what it shows.</summary>
public sealed record RunMedia
{
    /// <summary>What it shows, such as <c>samples/test</c>; images of one key are a series over steps.</summary>
    public required string Key { get; init; }

    /// <summary>A whole number of at most 53 bits.</summary>
    public required long Step { get; init; }

    /// <summary><c>image</c>, <c>table</c>, <c>histogram</c>, <c>text</c>, <c>audio</c> or <c>video</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The file of the run that has it.</summary>
    public required string Path { get; init; }

    /// <summary>At most 1000 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Caption { get; init; }

    /// <summary>When it was logged.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>What media a run has, by key.</summary>
public sealed record RunMediaKey
{
    public required string Key { get; init; }
    public required string Kind { get; init; }
    public required long Count { get; init; }
    public required long FirstStep { get; init; }
    public required long LastStep { get; init; }
}
