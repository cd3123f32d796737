using System.Security.Cryptography;
using System.Text;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>A dataset as a client describes it (<c>mlflow/utils/validation.py</c>).</summary>
internal sealed record Dataset(
    string Name,
    string Digest,
    string SourceType,
    string Source,
    string? Schema,
    string? Profile
)
{
    private const int MaxName = 500;
    private const int MaxDigest = 36;
    private const int MaxSourceType = 250;
    private const int MaxSource = 65_535;
    private const int MaxSchema = 1_048_575;
    private const int MaxProfile = 16_777_215;

    /// <summary>The same for datasets of which everything is the same.</summary>
    public string Hash =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Concat(
                        new[] { Name, Digest, SourceType, Source, Schema, Profile }.Select(part =>
                            part is null ? "-" : $"{part.Length}:{part}"
                        )
                    )
                )
            )
        );

    public static Dataset Of(MlflowRequest dataset) =>
        new(
            Required(dataset, "name", MaxName),
            Required(dataset, "digest", MaxDigest),
            Required(dataset, "source_type", MaxSourceType),
            Required(dataset, "source", MaxSource),
            Limited(dataset, "schema", MaxSchema),
            Limited(dataset, "profile", MaxProfile)
        );

    private static string Required(MlflowRequest dataset, string field, int max) =>
        Limited(dataset, field, max) is { Length: > 0 } text ? text : throw MlflowException.Missing(field);

    private static string? Limited(MlflowRequest dataset, string field, int max) =>
        dataset.Text(field) is not { } text ? null
        : text.Length <= max ? text
        : throw MlflowException.Invalid($"Dataset '{field}' exceeds the maximum length of {max} characters");
}

/// <summary>A dataset that a run reads, and what it reads it for.</summary>
/// <param name="Tags">Such as <c>mlflow.data.context</c>.</param>
internal sealed record DatasetInput(Dataset Dataset, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>The tag that says what a dataset is for, such as <c>training</c>.</summary>
    public const string ContextTag = "mlflow.data.context";

    private const int MaxKey = 255;
    private const int MaxValue = 500;
    private const int MaxTags = 100;

    public static DatasetInput Of(MlflowRequest input)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in input.Objects("tags"))
        {
            var (key, value) = (tag.RequiredText("key"), tag.Text("value") ?? "");
            if (key.Length > MaxKey || !ClientText.IsOneLine(key) || value.Length > MaxValue)
            {
                throw MlflowException.Invalid(
                    $"A dataset input's tag has a key of at most {MaxKey} characters in one line and a value of at most {MaxValue}."
                );
            }

            tags[key] = value;
        }

        return tags.Count <= MaxTags
            ? new DatasetInput(Dataset.Of(input.RequiredObject("dataset")), tags)
            : throw MlflowException.Invalid($"A dataset input has at most {MaxTags} tags.");
    }
}

/// <summary>A logged model that a run read or made.</summary>
/// <param name="Step">At which a run made it.</param>
internal sealed record RunModel(string ModelId, long Step);
