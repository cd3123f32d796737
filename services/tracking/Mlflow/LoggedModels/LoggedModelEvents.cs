using System.Text.Json.Serialization;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>An event of a logged model.</summary>
internal abstract record LoggedModelEvent
{
    public required DateTimeOffset At { get; init; }
}

/// <summary>A client began to save a model.</summary>
internal sealed record LoggedModelCreated : LoggedModelEvent
{
    public required long Experiment { get; init; }
    public required string Name { get; init; }
    public string? ModelType { get; init; }

    /// <summary>The run that logged it.</summary>
    public string? RunId { get; init; }

    /// <summary>The job whose process logged it.</summary>
    public Guid? JobId { get; init; }
    public IReadOnlyDictionary<string, string>? Params { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Its files are there, or will not be.</summary>
internal sealed record LoggedModelFinalized : LoggedModelEvent
{
    public required LoggedModelStatus Status { get; init; }
}

/// <summary>Parameters were added.</summary>
internal sealed record LoggedModelParamsLogged : LoggedModelEvent
{
    public required IReadOnlyDictionary<string, string> Params { get; init; }
}

/// <summary>Tags were set; null removed one.</summary>
internal sealed record LoggedModelTagsSet : LoggedModelEvent
{
    public required IReadOnlyDictionary<string, string?> Tags { get; init; }
}

/// <summary>A user deleted it; its files go later.</summary>
internal sealed record LoggedModelDeleted : LoggedModelEvent;

/// <summary>It was deleted permanently.</summary>
internal sealed record LoggedModelPurged : LoggedModelEvent;

/// <summary>How far a logged model is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoggedModelStatus>))]
internal enum LoggedModelStatus
{
    /// <summary>There is none.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>Its files are being uploaded.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Its files are there.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>Its client could not upload its files.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>It was deleted permanently.</summary>
    [JsonStringEnumMemberName("purged")]
    Purged,
}
