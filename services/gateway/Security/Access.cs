namespace Platform.Gateway.Security;

/// <summary>Who may do what: pure, deny by default for machines.</summary>
internal static class Access
{
    /// <summary>The parts of a path; empty ones do not count, so that <c>//api</c> is <c>/api</c>.</summary>
    public static string[] Parts(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];

    public static bool IsApi(string[] path) => path is [var first, ..] && Is(first, "api");

    /// <summary>What everybody may ask: whether the platform is well, and to join with the join token in the body.</summary>
    public static bool IsOpen(string method, string[] path) =>
        path switch
        {
            [_, var area] => Is(area, "health") && IsRead(method),
            [_, var area, var what] => Is(area, "nodes") && Is(what, "join") && HttpMethods.IsPost(method),
            _ => false,
        };

    public static bool IsAllowed(Caller caller, string method, string[] path) =>
        IsOpen(method, path)
        || caller.Kind switch
        {
            CallerKind.Local => true,
            CallerKind.Person => !caller.ReadOnly || (IsRead(method) && !IsArea(path, "tokens")),
            CallerKind.Node => IsAllowedForNode(method, path[1..]),
            CallerKind.Job => IsAllowedForJob(caller.Id, method, path[1..]),
            _ => false,
        };

    private static bool IsAllowedForNode(string method, string[] path) =>
        path switch
        {
            [var area, var what] when Is(area, "nodes") => Is(what, "heartbeat") && HttpMethods.IsPost(method),
            [var area, _, var what] when Is(area, "jobs") && HttpMethods.IsPost(method) => Is(what, "logs")
                || Is(what, "artifacts"),
            [var area, ..] when Is(area, "jobs") => IsRead(method),
            [var area, .. var rest] when Is(area, "artifacts") => IsRead(method) || IsUpload(method, rest),
            [var area, .. var rest] when Is(area, "runs") => IsReplay(method, rest),
            _ => false,
        };

    private static bool IsAllowedForJob(Guid job, string method, string[] path) =>
        path switch
        {
            [var area, var id, ..] when Is(area, "jobs") => Guid.TryParse(id, out var named) && named == job,
            [var area, ..] when Is(area, "runs") => true,
            [var area, ..] when Is(area, "artifacts") => !HttpMethods.IsDelete(method),
            _ => false,
        };

    /// <summary>A blob, or a version made of blobs.</summary>
    private static bool IsUpload(string method, string[] rest) =>
        rest switch
        {
            [var first, _] when Is(first, "blobs") => HttpMethods.IsPut(method) || HttpMethods.IsPost(method),
            [_, var second] when Is(second, "versions") => HttpMethods.IsPost(method),
            _ => false,
        };

    /// <summary>What a training could not send before it ended, its agent sends.</summary>
    private static bool IsReplay(string method, string[] rest) =>
        rest switch
        {
            [_] => HttpMethods.IsPut(method) || HttpMethods.IsPatch(method),
            [_, var what] => HttpMethods.IsPost(method) && (Is(what, "metrics") || Is(what, "finish")),
            _ => false,
        };

    private static bool IsArea(string[] path, string area) => path is [_, var second, ..] && Is(second, area);

    private static bool IsRead(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static bool Is(string part, string name) => string.Equals(part, name, StringComparison.OrdinalIgnoreCase);
}
