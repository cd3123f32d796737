using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Alerts;

/// <summary>What rules have found.</summary>
internal static class AlertCommands
{
    private const string Path = "/api/alerts";
    private const int MaxLimit = 200;
    private static readonly string[] _states = ["firing", "resolved"];

    public static Command List()
    {
        var state = new Option<string?>("--state") { Description = "Only alerts that are firing, or resolved." };
        state.AcceptOnlyFromAmong(_states);
        var project = new Option<string?>("--project") { Description = "Only alerts of this project." };
        var rule = new Option<string?>("--rule")
        {
            Description = "Only alerts of this rule: its id, a part of it, or its name.",
        };
        var dismissed = new Option<bool>("--dismissed") { Description = "Only those that you have put aside." };
        var paging = new PageOptions(MaxLimit, usual: 50);
        var (limit, cursor) = (paging.Limit, paging.Cursor);
        project.RefuseEmpty();
        rule.RefuseEmpty();
        cursor.RefuseEmpty();
        return new Command("list", "List alerts, the newest first.") { state, project, rule, dismissed, limit, cursor }
            .Does(async context =>
            {
                var ruleId = context.Value(rule) is { } text
                    ? await RuleCommands.FindIdAsync(context, text)
                    : (Guid?)null;
                var page = await context.Client.GetAsync(
                    Query.Path(
                        Path,
                        ("state", context.Value(state)),
                        ("project", context.Value(project)),
                        ("rule", ruleId?.ToString()),
                        ("dismissed", context.Value(dismissed) ? "true" : null),
                        ("limit", $"{context.Value(limit)}"),
                        ("cursor", context.Value(cursor))
                    ),
                    context.Cancelled
                );
                return context.Json ? context.PrintJson(page) : Print(context, page);
            })
            .WithExamples("alerts list --state firing", "alerts list --project cv/digits --json");
    }

    public static Command Show()
    {
        var alert = Argument();
        return new Command("show", "Show an alert, and what became of its deliveries.") { alert }.Does(async context =>
        {
            var found = await context.Client.GetAsync(
                await AddressAsync(context, context.Value(alert)),
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(found);
            }

            PrintFields(context, found["alert"]!);
            foreach (var delivery in found["deliveries"]!.AsArray())
            {
                var error = delivery!["lastError"].Text() is { } text ? $": {text}" : "";
                await context.Out.WriteLineAsync(
                    TableLayout.OneLine(
                        $"{delivery.Field("change")} to {delivery.Field("destinationName")}: {delivery.Field("state")}, attempt {delivery.Field("attempts")}{error}"
                    )
                );
            }

            return 0;
        });
    }

    public static Command Dismiss() =>
        Change("dismiss", "Put an alert aside, for yourself; others still see it.", "is put aside");

    public static Command Restore() =>
        Change("restore", "Take back an alert that you have put aside.", "is shown again");

    private static Command Change(string word, string description, string done)
    {
        var alert = Argument();
        return new Command(word, description) { alert }.Does(async context =>
        {
            var address = await AddressAsync(context, context.Value(alert));
            var changed = await context.Client.PostAsync($"{address}/{word}", null, context.Cancelled);
            return context.Json
                ? context.PrintJson(changed)
                : context.PrintDone($"Alert {changed.Field("id")} {done}.", []);
        });
    }

    private static int Print(CommandContext context, JsonNode page)
    {
        context.PrintTable(
            [
                Column.Id(),
                new Column("state"),
                Column.Time("fired", drop: 3),
                new Column("rule", Drop: 2),
                new Column("about", Drop: 1),
                "message",
            ],
            page.Items()
                .Select(alert =>
                    (IReadOnlyList<string>)
                        [
                            alert.Field("id"),
                            alert.Field("state"),
                            alert.Time("firedAt"),
                            alert.Field("ruleName"),
                            alert.Field("subjectName"),
                            alert.Field("message"),
                        ]
                ),
            "No alerts."
        );
        Query.PrintMore(context, page, offset: null);
        return 0;
    }

    private static void PrintFields(CommandContext context, JsonNode alert) =>
        context.PrintFields(
            ("id", alert.Field("id")),
            ("state", alert.Field("state")),
            ("message", alert.Field("message")),
            ("rule", alert.Field("ruleName")),
            ("project", alert.Field("project")),
            (alert.Field("watch") is "metric" ? "run" : alert.Field("watch"), alert.Field("subjectName")),
            ("subject id", alert.Field("subjectId")),
            ("step", alert.Field("step")),
            ("fired", context.Time(alert, "firedAt")),
            ("resolved", context.Time(alert, "resolvedAt")),
            ("because", alert.Field("cause"))
        );

    private static Argument<string> Argument() =>
        AlertReference.Argument("alert", "The alert: its id, or the beginning or end of it.");

    private static Task<string> AddressAsync(CommandContext context, string text) =>
        AlertReference.AddressAsync(context, "alert", Path, text, ("dismissed", "all"));
}
