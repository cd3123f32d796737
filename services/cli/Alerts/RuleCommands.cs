using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Alerts;

/// <summary>Rules that raise alerts.</summary>
internal static class RuleCommands
{
    private const string Path = "/api/alerts/rules";
    private const int MaxLimit = 2000;

    public static Task<Guid> FindIdAsync(CommandContext context, string text) =>
        AlertReference.FindIdAsync(context, "alert rule", Path, text);

    public static Command List()
    {
        var project = new Option<string?>("--project") { Description = "Only rules of this project." };
        project.RefuseEmpty();
        var paging = new PageOptions(MaxLimit, usual: 100);
        var (limit, cursor) = (paging.Limit, paging.Cursor);
        cursor.RefuseEmpty();
        return new Command("list", "List alert rules, the newest first.") { project, limit, cursor }.Does(
            async context =>
            {
                var page = await context.Client.GetAsync(
                    Query.Path(
                        Path,
                        ("project", context.Value(project)),
                        ("limit", $"{context.Value(limit)}"),
                        ("cursor", context.Value(cursor))
                    ),
                    context.Cancelled
                );
                if (context.Json)
                {
                    return context.PrintJson(page);
                }

                context.PrintTable(
                    [
                        Column.Id(),
                        "name",
                        new Column("project", Drop: 1),
                        "condition",
                        new Column("state", Drop: 2),
                        new Column("firing", Drop: 3),
                    ],
                    page.Items()
                        .Select(rule =>
                            (IReadOnlyList<string>)
                                [
                                    rule.Field("id"),
                                    rule.Field("name"),
                                    rule.Field("project"),
                                    Describe(rule),
                                    rule.Field("state"),
                                    rule.Field("firing"),
                                ]
                        ),
                    "No alert rules."
                );
                Query.PrintMore(context, page, offset: null);
                return 0;
            }
        );
    }

    public static Command Create()
    {
        var options = new RuleOptions();
        var command = new Command("create", "Make a rule, which looks at what comes from now on.");
        options.AddTo(command);
        return command
            .Does(async context =>
            {
                var destinations = new List<Guid>();
                foreach (var text in context.Value(options.To) ?? [])
                {
                    destinations.Add(await DestinationCommands.FindIdAsync(context, text));
                }

                using var body = JsonContent.Create(options.Body(context, destinations));
                var rule = await context.Client.PostAsync(Path, body, context.Cancelled);
                return context.Json
                    ? context.PrintJson(rule)
                    : context.PrintDone($"Rule {rule.Field("id")} ({rule.Field("name")}) is made.", []);
            })
            .WithExamples(
                "alerts rules create 'loss is NaN' --project cv --metric 'loss*' --condition nan --to team",
                "alerts rules create slow --project cv --watch job --condition waiting --seconds 3600"
            );
    }

    public static Command Delete()
    {
        var rule = Argument();
        return new Command("delete", "Delete a rule; its alerts are resolved and stay in the list.") { rule }.Does(
            async context =>
            {
                var id = await FindIdAsync(context, context.Value(rule));
                using var request = new HttpRequestMessage(HttpMethod.Delete, $"{Path}/{id}");
                (await context.Client.SendAsync(request, context.Cancelled)).Dispose();
                return context.PrintDone(
                    $"Rule {id} is deleted.",
                    new JsonObject { ["id"] = $"{id}", ["deleted"] = true }
                );
            }
        );
    }

    public static Command Pause() => Change("pause", "Let a rule look at nothing until it is resumed.", "is paused");

    public static Command Resume() => Change("resume", "Let a rule look at what comes from now on.", "is active");

    private static Command Change(string word, string description, string done)
    {
        var rule = Argument();
        return new Command(word, description) { rule }.Does(async context =>
        {
            var id = await FindIdAsync(context, context.Value(rule));
            var changed = await context.Client.PostAsync($"{Path}/{id}/{word}", null, context.Cancelled);
            return context.Json
                ? context.PrintJson(changed)
                : context.PrintDone($"Rule {id} ({changed.Field("name")}) {done}.", []);
        });
    }

    /// <summary>Such as <c>loss > 0.5, 3 in succession</c>.</summary>
    private static string Describe(JsonNode rule)
    {
        var about = rule.Field("watch") is "metric" ? rule.Field("metric") : rule.Field("watch");
        var text = rule.Field("condition") switch
        {
            "greater" => $"{about} > {rule.Field("threshold")}",
            "less" => $"{about} < {rule.Field("threshold")}",
            "z-score" => $"{about} z-score > {rule.Field("threshold")}",
            var condition => $"{about} {condition}",
        };
        text += rule["seconds"].Text() is { } seconds ? $" for {seconds} s" : "";
        return rule["consecutive"].Text() is { } consecutive and not "1"
            ? $"{text}, {consecutive} in succession"
            : text;
    }

    private static Argument<string> Argument() =>
        AlertReference.Argument("rule", "The rule: its id, the beginning or end of it, or its name.");
}
