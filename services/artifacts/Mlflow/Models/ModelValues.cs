using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>Values that requests about models have, as they may be (<c>mlflow/utils/validation.py</c>).</summary>
internal static class ModelValues
{
    private const int MaxKey = 250;
    private const int MaxValue = 100_000;
    private const int MaxDescription = 5000;

    /// <summary>The tags of a thing that is created.</summary>
    public static IReadOnlyDictionary<string, string> TagsOf(MlflowRequest request)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in request.Objects("tags"))
        {
            tags[KeyOf(tag)] = ValueOf(tag);
        }

        return tags;
    }

    public static string KeyOf(MlflowRequest request)
    {
        var key = request.RequiredText("key");
        return key.Length <= MaxKey && ClientText.IsOneLine(key)
            ? key
            : throw MlflowException.Invalid($"Tag key exceeds the maximum length of {MaxKey} characters, or has lines");
    }

    public static string ValueOf(MlflowRequest request)
    {
        var value = request.Text("value") ?? "";
        return value.Length <= MaxValue
            ? value
            : throw MlflowException.Invalid($"Tag value exceeds the maximum length of {MaxValue} characters");
    }

    /// <returns>Null when the request has none.</returns>
    public static string? DescriptionOf(MlflowRequest request) =>
        request.Text("description") is not { } description ? null
        : description.Length <= MaxDescription ? description
        : throw MlflowException.Invalid($"Description exceeds the maximum length of {MaxDescription} characters");
}
