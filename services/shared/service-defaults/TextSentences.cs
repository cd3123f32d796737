using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>What is wrong with texts of clients (<see cref="ClientText"/>).</summary>
public static class TextSentences
{
    private const string ArtifactNameRule =
        "1 to 128 of A-Z a-z 0-9 . _ -, starting with a letter or digit; 'blobs' and 'statistics' are reserved";

    /// <summary>For the name of an artifact's version.</summary>
    public static readonly Template Name = new("text.name", $"Must be {ArtifactNameRule}.");

    /// <summary>For the name of an artifact elsewhere.</summary>
    public static readonly Template ArtifactName = new(
        "text.artifact-name",
        $"An artifact's name must be {ArtifactNameRule}."
    );

    /// <summary>For a text of several lines.</summary>
    public static readonly Template<int> Description = new(
        "text.description",
        "Must be at most {max} characters, without control characters other than line breaks and tabs, and without characters that reorder text."
    );

    /// <summary>For a reason that a user gives.</summary>
    public static readonly Template<int> Reason = new("text.reason", "Must be one line of 1 to {max} characters.");

    /// <summary>For the number of an attempt.</summary>
    public static readonly Template Attempt = new("text.attempt", "Must be 1 or more.");

    internal static readonly Template<int> Project = new(
        "text.project",
        "Must be 1 to {max} of A-Z a-z 0-9 _ - . in parts separated by slashes; '.' and '..' are not allowed."
    );

    internal static readonly Template<int> PathLength = new("text.path-length", "Must be 1 to {max} characters.");

    internal static readonly Template PathCharacters = new(
        "text.path-characters",
        "Must not have backslashes or control characters."
    );

    internal static readonly Template PathParts = new(
        "text.path-parts",
        "Must be a relative path with forward slashes, without empty, '.' or '..' parts."
    );

    internal static readonly Template<int> PathPartLength = new(
        "text.path-part-length",
        "A part of a path must be at most {max} bytes."
    );
}
