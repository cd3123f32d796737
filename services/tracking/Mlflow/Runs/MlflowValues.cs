using System.Text.RegularExpressions;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>What MLflow takes as keys and values (<c>mlflow/utils/validation.py</c>).</summary>
internal static partial class MlflowValues
{
    public const int MaxParam = 6000;
    private const int MaxTag = 8000;

    /// <summary>The key of a metric, parameter or tag: words, dots, dashes, blanks, colons, and slashes within.</summary>
    public static string KeyOf(MlflowRequest request, string field = "key")
    {
        var key = request.RequiredText(field);
        if (!Key().IsMatch(key) || !IsPath(key))
        {
            throw MlflowException.Invalid(
                $"Invalid value \"{ClientText.Brief(key)}\" for parameter '{field}' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/)."
            );
        }

        return key.Length <= RunRules.MaxKey
            ? key
            : throw MlflowException.Invalid(
                $"'{field}' exceeds the maximum length of {RunRules.MaxKey} characters: \"{ClientText.Brief(key)}\""
            );
    }

    public static string TagOf(MlflowRequest request)
    {
        var value = request.Text("value") ?? "";
        return value.Length <= MaxTag
            ? value
            : throw MlflowException.Invalid($"Tag value exceeds the maximum length of {MaxTag} characters");
    }

    public static string ParamOf(MlflowRequest request)
    {
        var value = request.Text("value") ?? throw MlflowException.Missing("value");
        return value.Length <= MaxParam
            ? value
            : throw MlflowException.Invalid($"Param value exceeds the maximum length of {MaxParam} characters");
    }

    /// <summary>A run's name, which the platform shows in one line.</summary>
    public static string NameOf(string name) =>
        RunRules.IsName(name)
            ? name
            : throw MlflowException.Invalid("A run's name must be 1 to 250 characters without control characters.");

    /// <summary>A time in milliseconds since 1970.</summary>
    public static DateTimeOffset TimeOf(long milliseconds) =>
        milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw MlflowException.Invalid(
                $"Got invalid timestamp {milliseconds}: milliseconds since 1970 are expected."
            );

    /// <summary>A relative path that is written in its shortest form.</summary>
    private static bool IsPath(string key) =>
        key[0] != '/' && key[^1] != '/' && !key.Split('/').Any(part => part is "" or "." or "..");

    [GeneratedRegex(@"\A[/\w.\- :]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();
}
