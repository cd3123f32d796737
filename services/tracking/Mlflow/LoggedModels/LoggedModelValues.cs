using System.Buffers;
using System.Globalization;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Runs;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>Values that requests about logged models have, as they may be.</summary>
internal static class LoggedModelValues
{
    private const int MaxModelType = 500;
    private const int MaxPairs = 1000;
    private static readonly SearchValues<char> _notInNames = SearchValues.Create("/:.%\"'");

    /// <summary>A model's name; one that is made up where the request has none.</summary>
    public static string NameOf(MlflowRequest request)
    {
        if (request.Text("name") is not { Length: > 0 } name)
        {
            return RandomNames.Next();
        }

        return RunRules.IsName(name) && name.AsSpan().IndexOfAny(_notInNames) < 0
            ? name
            : throw MlflowException.Invalid(
                $"Invalid model name ({ClientText.Brief(name)}) provided. Model name must be a non-empty string of at most {RunRules.MaxName} characters and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"
            );
    }

    public static string? TypeOf(MlflowRequest request) =>
        request.Text("model_type") is not { Length: > 0 } type ? null
        : type.Length <= MaxModelType && ClientText.IsOneLine(type) ? type
        : throw MlflowException.Invalid($"The model type has at most {MaxModelType} characters in one line.");

    /// <summary>What a client says of a model that it began: its files are there, or will not be.</summary>
    public static LoggedModelStatus StatusOf(MlflowRequest request)
    {
        var name = request.RequiredText("status");
        return LoggedModelSearch.StatusOf(name) switch
        {
            "READY" or "2" => LoggedModelStatus.Ready,
            "FAILED" or "3" => LoggedModelStatus.Failed,
            _ => throw MlflowException.Invalid(
                $"Invalid model status: {ClientText.Brief(name)}. Expected statuses: LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED."
            ),
        };
    }

    public static IReadOnlyDictionary<string, string> ParamsOf(MlflowRequest request) =>
        PairsOf(request, "params", MlflowValues.ParamOf);

    public static IReadOnlyDictionary<string, string> TagsOf(MlflowRequest request) =>
        PairsOf(request, "tags", MlflowValues.TagOf);

    private static Dictionary<string, string> PairsOf(
        MlflowRequest request,
        string field,
        Func<MlflowRequest, string> valueOf
    )
    {
        var given = request.Objects(field);
        if (given.Count > MaxPairs)
        {
            throw MlflowException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"A request has at most {MaxPairs} {field}.")
            );
        }

        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in given)
        {
            pairs[MlflowValues.KeyOf(pair)] = valueOf(pair);
        }

        return pairs;
    }
}
