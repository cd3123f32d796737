using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// The SHA-256 of a blob's bytes as 64 lower-case hexadecimal digits. Only a checked name ever becomes a file or key.
/// </summary>
internal readonly record struct BlobName
{
    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    private BlobName(string hex) => Hex = hex;

    public string Hex { get; }

    public static BlobName Of(ReadOnlySpan<byte> sha256) => new(Convert.ToHexStringLower(sha256));

    public static bool TryParse([NotNullWhen(true)] string? text, out BlobName name)
    {
        var valid = text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(_digits);
        name = valid ? new BlobName(text!) : default;
        return valid;
    }

    public override string ToString() => Hex;
}
