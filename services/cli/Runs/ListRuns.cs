using System.CommandLine;
using Platform.Cli.Jobs;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class ListRuns
{
    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "Only runs with this status." };
        status.AcceptOnlyFromAmong("scheduled", "running", "finished", "failed", "interrupted");
        return ListCommand.Create(
            new ListDefinition(
                "runs",
                "newest first",
                "/api/runs",
                [status],
                [Column.Id(), "name", new Column("project", Drop: 2), Column.Status(), new Column("age", Drop: 1)],
                (run, now) =>
                    [
                        run.Field("id"),
                        run.Field("name"),
                        run.Field("project"),
                        run.Field("status"),
                        JobOutput.Age(run, "createdAt", now),
                    ],
                Bin: Deletions.List
            )
        );
    }
}
