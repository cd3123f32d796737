using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Output;

/// <summary>Since when, by whom and why something is in the recycle bin.</summary>
internal static class Deletions
{
    /// <summary>The columns of the recycle bin of things with an id, a name, a project and a status.</summary>
    public static BinList List { get; } =
        new(
            [
                Column.Id(),
                "name",
                new Column("project", Drop: 4),
                new Column("status", Drop: 5, Kind: ColumnKind.Status),
                Column.Time("deleted", drop: 1),
                new Column("by", Drop: 3),
                new Column("reason", Drop: 2, Least: 20),
            ],
            item =>
                [
                    item.Field("id"),
                    item.Field("name"),
                    item.Field("project"),
                    item.Field("status"),
                    .. item["deletion"] is { } deletion
                        ? (string[])[deletion.Time("at"), deletion.Person("by"), deletion.Field("reason")]
                        : ["–", "–", "–"],
                ]
        );

    /// <summary>The fields of one thing; none when it is not in the recycle bin.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(CommandContext context, JsonNode item) =>
        item["deletion"] is { } deletion
            ?
            [
                ("deleted", $"{context.Time(deletion, "at")}, it is in the recycle bin"),
                ("deleted by", deletion.Person("by")),
                ("reason", deletion.Field("reason")),
            ]
            : [];
}
