using System.Globalization;

namespace Platform.Contracts.Tracking;

/// <summary>The ids of runs, as clients write them.</summary>
public static class RunIds
{
    private const int MaxLength = 64;

    /// <summary>Validates and normalizes an id, so that all spellings of a UUID name the same run.</summary>
    /// <param name="id">A UUID in any form, or 1 to 64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
    /// <param name="normalized">The form that is stored.</param>
    public static bool TryNormalize(string? id, out string normalized)
    {
        if (Guid.TryParse(id, CultureInfo.InvariantCulture, out var uuid))
        {
            normalized = uuid.ToString("D");
            return true;
        }

        normalized = id ?? "";
        return normalized.Length is >= 1 and <= MaxLength
            && char.IsAsciiLetterOrDigit(normalized[0])
            && normalized.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
    }
}
