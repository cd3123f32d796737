using System.Globalization;
using Platform.Contracts.Sentences;

namespace Platform.Gateway.Tokens;

/// <summary>When a token is to end, as users write it.</summary>
internal static class TokenExpiry
{
    private const int MaxDays = 3660;

    /// <summary>What is said of a text that is no end.</summary>
    public static Sentence Rule => GatewaySentences.TokenExpiry.With(MaxDays);

    /// <summary>Reads an end that lies ahead.</summary>
    /// <param name="end">Null when <paramref name="text"/> is: the token does not end.</param>
    public static bool TryParse(string? text, DateTimeOffset now, out DateTimeOffset? end)
    {
        end = null;
        if (text is null)
        {
            return true;
        }

        end = Duration(text) is { } duration ? now + duration : Time(text);
        // To the second, so that whatever stores it says the same.
        end -= TimeSpan.FromTicks((end?.Ticks ?? 0) % TimeSpan.TicksPerSecond);
        return end > now && end - now <= TimeSpan.FromDays(MaxDays);
    }

    private static TimeSpan? Duration(string text)
    {
        TimeSpan? unit = text is [.., var letter]
            ? letter switch
            {
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => null,
            }
            : null;
        // More would not fit into a TimeSpan, and is too long in each unit.
        return
            unit is { } one
            && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= TimeSpan.FromDays(MaxDays) / one
            ? one * count
            : null;
    }

    private static DateTimeOffset? Time(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date < DateOnly.MaxValue
                ? new DateTimeOffset(date.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
                : null;
        }

        string[] forms = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];
        return DateTimeOffset.TryParseExact(
            text.Replace("Z", "+00:00", StringComparison.Ordinal),
            forms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? time.ToUniversalTime()
            : null;
    }
}
