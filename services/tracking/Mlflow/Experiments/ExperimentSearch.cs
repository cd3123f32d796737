using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>Which experiments are searched for, and their order, as SQL over <c>experiment e</c>.</summary>
internal static class ExperimentSearch
{
    private static readonly AttributeColumns _columns = new(
        new Dictionary<string, AttributeColumn>(StringComparer.Ordinal)
        {
            ["name"] = new("e.name", AttributeKind.Text),
            ["experiment_id"] = new("e.id", AttributeKind.Text),
            ["creation_time"] = new("e.created_at", AttributeKind.Time),
            ["last_update_time"] = new("e.updated_at", AttributeKind.Time),
        },
        Tags: "e.tags",
        DefaultOrder: "e.created_at desc",
        LastOrder: "e.id desc"
    );

    public static AttributeSearch Of(MlflowRequest request)
    {
        var lifecycle = (request.Text("view_type") ?? "ACTIVE_ONLY") switch
        {
            "ACTIVE_ONLY" or "1" => "not e.is_deleted",
            "DELETED_ONLY" or "2" => "e.is_deleted",
            "ALL" or "3" => "true",
            var other => throw MlflowException.Invalid($"Invalid view_type '{ClientText.Brief(other)}'."),
        };
        return AttributeSearch.Of(request, _columns, [lifecycle]);
    }
}
