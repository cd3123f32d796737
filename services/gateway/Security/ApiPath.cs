namespace Platform.Gateway.Security;

/// <summary>What an address belongs to.</summary>
internal static class ApiPath
{
    private static readonly HashSet<string> _data = new(StringComparer.OrdinalIgnoreCase)
    {
        "api",
        // What MLflow's clients and its web app ask a server for.
        "ajax-api",
        "get-artifact",
        "graphql",
        "model-versions",
    };

    /// <summary>The parts of a path; empty ones do not count.</summary>
    public static string[] Parts(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>True for what is answered with data, and not by the web app with pages.</summary>
    public static bool IsApi(string[] path) => path is [var first, ..] && _data.Contains(first);
}
