using Platform.Mlflow;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Filtering;
using Platform.Tracking.Mlflow.Experiments;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Which runs are searched for, and their order, as SQL over <c>run r</c>.</summary>
internal sealed class RunSearch
{
    /// <summary>Which runs.</summary>
    public ListFilter Filter { get; } = new();

    /// <summary>What finds them.</summary>
    public RunFinder Finder { get; } = new() { WantsTotal = false };

    public string Order { get; private set; } = "";

    /// <summary>The parts of the order that indexes have; null when none has it.</summary>
    public IReadOnlyList<RunWalk>? Walks { get; private set; }

    public static RunSearch Of(MlflowRequest request)
    {
        var search = new RunSearch();
        search.AddExperiments(request);
        if (request.Text("filter") is { } filter && !string.IsNullOrWhiteSpace(filter))
        {
            var node =
                FilterParser.Parse(filter, out var problem)
                ?? throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {problem!.Text}");
            search.Filter.AddRunFilter(
                node,
                search.Finder,
                meaning =>
                    throw MlflowException.Invalid($"Invalid filter '{ClientText.Brief(filter)}': {meaning.Text}"),
                takesAnyWord: true
            );
        }

        search.Order = search.OrderOf(request.Texts("order_by"));
        return search;
    }

    private void AddExperiments(MlflowRequest request)
    {
        var experiments = request.ExperimentIdsOf();
        // A deleted experiment takes its runs with it.
        switch (request.Text("run_view_type") ?? "ACTIVE_ONLY")
        {
            case "ACTIVE_ONLY" or "1":
                AddProjects(" and not x.is_deleted");
                Filter.Add(_ => RunCondition.NotDeleted);
                break;
            case "DELETED_ONLY" or "2":
                AddProjects("");
                Filter.Add(_ =>
                {
                    var deleted = RunCondition.OfRow(
                        "(r.is_deleted or exists (select from experiment x where x.project = r.project and x.is_deleted))",
                        isIndexed: false
                    );
                    Finder.Add(deleted);
                    return deleted.Row;
                });
                break;
            case "ALL" or "3":
                AddProjects("");
                break;
            case var other:
                throw MlflowException.Invalid($"Invalid run_view_type '{ClientText.Brief(other)}'.");
        }

        void AddProjects(string which) =>
            Filter.Add(parameter =>
                $"""
                    r.project collate "C" = any(array(select x.project from experiment x where x.id = any({parameter(
                        experiments
                    )}){which}))
                    """
            );
    }

    private string OrderOf(IReadOnlyList<string> orders)
    {
        var columns = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var order in orders)
        {
            var field = FilterParser.ParseOrder(order, out var isDescending) is { } given
                ? TagsOfMlflow.Resolve(given)
                : null;
            if (
                field is null
                || RunFilter.Sort(field.Entity, field.Key, isDescending, Filter.Parameter) is not { } sorting
            )
            {
                throw MlflowException.Invalid($"Invalid order_by clause '{ClientText.Brief(order)}'.");
            }

            var entity = RunFilterSql.EntityOf(field.Entity)!;
            if (!seen.Add($"{entity}.{field.Key}"))
            {
                throw MlflowException.Invalid($"`order_by` contains duplicate fields: {field}");
            }

            columns.AddRange(
                sorting
                    .Where(column => column.Sql is not RunWalk.Row)
                    .Select(column => column.Sql + (isDescending ? " desc" : ""))
            );
            Walks = RunWalk.OfMlflow((entity, field.Key), isDescending, Filter.Parameter);
        }

        Walks = orders.Count switch
        {
            0 => RunWalk.OfMlflow(field: null, isDescending: false, Filter.Parameter),
            1 => Walks,
            _ => null,
        };
        return string.Join(", ", [.. columns, "r.started_at desc nulls last", "r.id"]);
    }
}
