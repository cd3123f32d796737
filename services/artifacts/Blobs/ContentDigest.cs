namespace Platform.Artifacts.Blobs;

/// <summary>
/// The SHA-256 that a client declares for its body: <c>X-Content-Sha256</c> (hexadecimal) or <c>Content-Digest</c> (RFC
/// 9530).
/// </summary>
internal static class ContentDigest
{
    private const string Prefix = "sha-256=:";

    /// <summary>Reads the headers.</summary>
    /// <param name="digest">Null when neither header has a SHA-256.</param>
    /// <returns>False when a header is invalid or they contradict each other.</returns>
    public static bool TryRead(IHeaderDictionary headers, out BlobName? digest)
    {
        digest = null;
        if (headers["X-Content-Sha256"].ToString() is { Length: > 0 } hex)
        {
            if (!BlobName.TryParse(hex.ToLowerInvariant(), out var name))
            {
                return false;
            }

            digest = name;
        }

        foreach (var member in headers["Content-Digest"].ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (!member.StartsWith("sha-256=", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (!TryReadMember(member, out var name) || (digest is { } other && other != name))
            {
                return false;
            }

            digest = name;
        }

        return true;
    }

    private static bool TryReadMember(string member, out BlobName name)
    {
        Span<byte> hash = stackalloc byte[32];
        var valid =
            member.Length == Prefix.Length + 45
            && member[^1] == ':'
            && member.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64Chars(member.AsSpan(Prefix.Length, 44), hash, out var written)
            && written == hash.Length;
        name = valid ? BlobName.Of(hash) : default;
        return valid;
    }
}
