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
    public static void PrintMore(CommandContext context, JsonNode page)
    {
        if (page["nextCursor"].Text() is { } next)
        {
            context.Error.WriteLine($"{page.Field("total")} in all; more with --cursor {next}");
        }
    }
}
