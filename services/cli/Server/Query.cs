using System.Text.Json.Nodes;

namespace Platform.Cli.Server;

/// <summary>Addresses with a query.</summary>
internal static class Query
{
    /// <summary>Adds the parameters that have a value.</summary>
    public static string Path(string path, params IReadOnlyList<(string Name, string? Value)> parameters)
    {
        var pairs = parameters
            .Where(parameter => !string.IsNullOrEmpty(parameter.Value))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        var query = string.Join('&', pairs);
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    /// <summary>Prints how to get the next page, if there is one.</summary>
    /// <param name="offset">How many rows are before the page; null when that is not known, as after a cursor.</param>
    public static void PrintMore(CommandContext context, JsonNode page, int? offset)
    {
        foreach (var line in More(page, context.Terminal is not null ? offset : null))
        {
            context.Error.WriteLine(line);
        }
    }

    /// <summary>How to get the next page: by number where it is given, because a cursor is longer than a line of a terminal.</summary>
    internal static IEnumerable<string> More(JsonNode page, int? offset)
    {
        if (page["nextCursor"].Text() is not { } next)
        {
            yield break;
        }

        if (page["total"].Text() is { } total)
        {
            yield return $"{total} in all";
        }

        yield return offset is { } before
            ? $"more with --offset {before + page.Items().Count()}"
            : $"more with --cursor {next}";
    }
}
