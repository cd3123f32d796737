using System.Globalization;
using Platform.Mlflow;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Filtering;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Which runs are searched for, and their order, as SQL over <c>run r</c> and <c>experiment e</c>.</summary>
internal sealed class RunSearch
{
    private readonly List<object> _parameters = [];

    public string Condition { get; private set; } = "";

    public string Order { get; private set; } = "";

    public IReadOnlyList<object> Parameters => _parameters;

    public static RunSearch Of(MlflowRequest request)
    {
        var search = new RunSearch();
        var experiments = request
            .Texts("experiment_ids")
            .Select(id =>
                long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1
            )
            .ToArray();
        var conditions = new List<string>
        {
            $"e.id = any({search.Parameter(experiments)})",
            // A deleted experiment takes its runs with it.
            (request.Text("run_view_type") ?? "ACTIVE_ONLY") switch
            {
                "ACTIVE_ONLY" or "1" => "not (r.is_deleted or e.is_deleted)",
                "DELETED_ONLY" or "2" => "(r.is_deleted or e.is_deleted)",
                "ALL" or "3" => "true",
                var other => throw MlflowException.Invalid($"Invalid run_view_type '{ClientText.Brief(other)}'."),
            },
        };
        if (request.Text("filter") is { } filter && !string.IsNullOrWhiteSpace(filter))
        {
            var node =
                FilterParser.Parse(filter, out var problem)
                ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {problem!.Text}");
            conditions.Add(
                RunFilterSql.Translate(node, search.Parameter, out var meaning)
                    ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {meaning!.Text}")
            );
        }

        search.Condition = string.Join(" and ", conditions);
        search.Order = search.OrderOf(request.Texts("order_by"));
        return search;
    }

    private string OrderOf(IReadOnlyList<string> orders)
    {
        var columns = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var order in orders)
        {
            var field = FilterParser.ParseOrder(order, out var isDescending);
            if (field is null || RunFilter.Sort(field.Entity, field.Key, isDescending, Parameter) is not { } sorting)
            {
                throw MlflowException.Invalid($"Invalid order_by clause '{ClientText.Brief(order)}'.");
            }

            if (!seen.Add($"{RunFilterSql.EntityOf(field.Entity)}.{field.Key}"))
            {
                throw MlflowException.Invalid($"`order_by` contains duplicate fields: {field}");
            }

            columns.AddRange(sorting.Select(column => column.Sql + (isDescending ? " desc" : "")));
        }

        return string.Join(", ", [.. columns, "r.started_at desc nulls last", "r.id"]);
    }

    private string Parameter(object value)
    {
        _parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
    }
}
