using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Platform.Mlflow;

/// <summary>Pages of MLflow's lists, whose tokens say how many items were before.</summary>
public static class MlflowPages
{
    /// <summary>The token of the next page; null when there is none.</summary>
    public static string? TokenOf(long offset, bool hasMore) =>
        hasMore
            ? Convert.ToBase64String(
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"offset\":{offset}}}"))
            )
            : null;

    /// <summary>Reads a token of <see cref="TokenOf"/>.</summary>
    /// <exception cref="MlflowException">It is none.</exception>
    public static long OffsetOf(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return 0;
        }

        try
        {
            var json = JsonElement.Parse(Convert.FromBase64String(token));
            return json.GetProperty("offset").GetInt64() is >= 0 and var offset
                ? offset
                : throw new FormatException("negative");
        }
        catch (Exception exception)
            when (exception is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw MlflowException.Invalid("Invalid page token, could not base64-decode");
        }
    }

    /// <summary>How many items a page has.</summary>
    /// <exception cref="MlflowException">The request asks for fewer than 1 or more than <paramref name="most"/>.</exception>
    public static int LimitOf(MlflowRequest request, int usual, int most)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Whole("max_results") is not { } wanted ? usual
            : wanted >= 1 && wanted <= most ? (int)wanted
            : throw MlflowException.Invalid(
                $"Invalid value {wanted} for parameter 'max_results' supplied. It must be a positive integer of at most {most}."
            );
    }
}
