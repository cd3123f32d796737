namespace Platform.Gateway.Security;

/// <summary>What an address belongs to.</summary>
internal static class ApiPath
{
    /// <summary>The parts of a path; empty ones do not count.</summary>
    public static string[] Parts(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>True for what services answer with data, and not the web app with pages.</summary>
    public static bool IsApi(string[] path) =>
        path is [var first, ..] && string.Equals(first, "api", StringComparison.OrdinalIgnoreCase);
}
