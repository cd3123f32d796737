using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class DeletedRuns
{
    public static RecycleBin Bin { get; } =
        new(
            "run",
            "The runs: their ids, beginnings or ends of ids, or names.",
            "The deleted runs: their ids, beginnings or ends of ids, or names.",
            "/api/runs",
            RunArgument.FindIdAsync,
            id => $"/api/runs/{PathSegment.Of(id)}/restore"
        );
}
