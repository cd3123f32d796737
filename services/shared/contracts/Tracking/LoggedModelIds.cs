using System.Buffers;

namespace Platform.Contracts.Tracking;

/// <summary>The ids of MLflow's logged models: <c>m-</c> and 32 hexadecimal digits. No run has such an id.</summary>
public static class LoggedModelIds
{
    private const string Prefix = "m-";
    private const int Digits = 32;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new id, later in order than those before.</summary>
    public static string New() => $"{Prefix}{Guid.CreateVersion7():N}";

    /// <summary>True for the form of an id, whether or not there is such a model.</summary>
    public static bool IsId(string? text) =>
        text is { Length: Digits + 2 }
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExcept(_digits) < 0;
}
