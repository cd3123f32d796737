using Platform.Artifacts.Blobs;

namespace Platform.Artifacts.RunFiles;

/// <summary>What a client expects of a file that it replaces: <c>If-Match</c> and <c>If-None-Match</c> of RFC 9110.</summary>
/// <param name="MustExist">There must be a file.</param>
/// <param name="MustBeNew">There must be none.</param>
/// <param name="Sha256">The digest that it must have, which is its ETag; null for any.</param>
internal readonly record struct FileCondition(bool MustExist, bool MustBeNew, string? Sha256)
{
    /// <summary>Reads the headers.</summary>
    /// <returns>False when no file can fulfil them.</returns>
    public static bool TryRead(IHeaderDictionary headers, out FileCondition condition)
    {
        var (match, noneMatch) = (headers.IfMatch.ToString(), headers.IfNoneMatch.ToString());
        condition = new FileCondition(match.Length > 0, noneMatch is "*", match is "" or "*" ? null : match.Trim('"'));
        // Whoever stores something only if it differs from another file means no race.
        return noneMatch is "" or "*" && (condition.Sha256 is null || BlobName.TryParse(condition.Sha256, out _));
    }
}
