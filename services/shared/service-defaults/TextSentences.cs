using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>What is wrong with texts of clients (<see cref="ClientText"/>).</summary>
public static class TextSentences
{
    private const string ArtifactNameRule =
        "1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit; 'blobs' and 'statistics' are taken";

    /// <summary>For the name of an artifact's version.</summary>
    public static readonly Template Name = new("text.name", $"A name is {ArtifactNameRule}.");

    /// <summary>For the name of an artifact elsewhere.</summary>
    public static readonly Template ArtifactName = new(
        "text.artifact-name",
        $"An artifact's name is {ArtifactNameRule}."
    );

    /// <summary>For a text of several lines.</summary>
    public static readonly Template<int> Description = new(
        "text.description",
        "A description has at most {max} characters, without control characters other than line breaks and tabs, and without characters that reorder text."
    );

    /// <summary>For a reason that a user gives.</summary>
    public static readonly Template<int> Reason = new("text.reason", "A reason is one line of 1 to {max} characters.");

    /// <summary>For the number of an attempt.</summary>
    public static readonly Template Attempt = new("text.attempt", "Attempts are counted from 1.");

    internal static readonly Template<int> Project = new(
        "text.project",
        "A project has 1 to {max} of A-Z a-z 0-9 _ - . in parts joined by slashes; '.' and '..' are no parts."
    );

    internal static readonly Template<int> PathLength = new("text.path-length", "A path has 1 to {max} characters.");

    internal static readonly Template PathCharacters = new(
        "text.path-characters",
        "A path has no backslashes or control characters."
    );

    internal static readonly Template PathParts = new(
        "text.path-parts",
        "A path is relative, with forward slashes, without empty, '.' or '..' parts."
    );

    internal static readonly Template<int> PathPartLength = new(
        "text.path-part-length",
        "A part of a path has at most {max} bytes."
    );
}
