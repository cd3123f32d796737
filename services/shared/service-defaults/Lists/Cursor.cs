using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Platform.ServiceDefaults;

/// <summary>Opaque page cursors: the sort key of the last row, in Base64Url. A caller's cursor is checked, never trusted.</summary>
public static class Cursor
{
    /// <summary>Writes a cursor from the parts of a sort key.</summary>
    public static string Encode(params IReadOnlyList<string> parts) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts));

    /// <summary>Reads a cursor.</summary>
    /// <param name="count">How many parts it must have.</param>
    /// <returns>False for anything that <see cref="Encode"/> did not write: the caller answers 400.</returns>
    public static bool TryDecode(string? cursor, int count, [NotNullWhen(true)] out string[]? parts)
    {
        parts = null;
        if (string.IsNullOrEmpty(cursor) || cursor.Length > 2048 || !Base64Url.IsValid(cursor))
        {
            return false;
        }

        try
        {
            parts = JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)));
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return false;
        }

        return parts is not null && parts.Length == count && Array.TrueForAll(parts, part => part is not null);
    }
}
