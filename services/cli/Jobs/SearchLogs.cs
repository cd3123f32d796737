using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary><c>logs search</c>: searches the logs of all jobs.</summary>
internal static class SearchLogs
{
    private const int MaxLimit = 200;

    private static readonly IReadOnlyList<Column> _columns =
    [
        Column.Time("time", drop: 2),
        Column.Id("job"),
        new Column("name", Drop: 3),
        new Column("attempt", Drop: 4),
        new Column("rank", Drop: 5),
        new Column("line", Drop: 1),
        new Column("text", Least: 40),
    ];

    public static Command Create()
    {
        var words = new Argument<string[]>("words")
        {
            Description = "What a line must have, in any case and order; a word with blanks is searched for as it is.",
            Arity = ArgumentArity.OneOrMore,
        };
        var project = new Option<string?>("--project")
        {
            Description = "Only jobs of this project and those below it.",
        };
        var job = new Option<string?>("--job") { Description = "Only this job: its id, a part of it, or its name." };
        var since = new Option<string?>("--since")
        {
            Description = "Only lines from this time on: 30m, 12h, 7d, or a time such as 2026-11-30T08:15:00Z.",
        };
        var until = new Option<string?>("--until") { Description = "Only lines before this time, written alike." };
        var paging = new PageOptions(MaxLimit, usual: 50);
        var command = new Command("search", "Search the lines of all jobs' logs, newest first.")
        {
            words,
            project,
            job,
            since,
            until,
            paging.Limit,
            paging.Cursor,
        };
        foreach (var option in (Option<string?>[])[project, job, since, until, paging.Cursor])
        {
            option.RefuseEmpty();
        }

        command.WithExamples(
            "logs search nan",
            "logs search 'CUDA out of memory' --since 7d",
            "logs search error --project cv --limit 200 --json"
        );
        return command.Does(async context =>
        {
            var path = Query.Path(
                "/api/logs/search",
                ("q", string.Join(' ', context.Value(words).Select(Quoted))),
                ("project", context.Value(project)),
                (
                    "job",
                    context.Value(job) is { } name ? $"{await JobArgument.FindAnywhereAsync(context, name)}" : null
                ),
                ("from", TimeOf("--since", context.Value(since))),
                ("to", TimeOf("--until", context.Value(until))),
                ("limit", context.Value(paging.Limit).ToString(CultureInfo.InvariantCulture)),
                ("cursor", context.Value(paging.Cursor))
            );
            var page = await context.Client.GetAsync(path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            Print(context, page);
            return 0;
        });
    }

    private static void Print(CommandContext context, JsonNode page)
    {
        var isWhole = page["nextCursor"].Text() is null;
        context.PrintTable(
            _columns,
            page.Items()
                .Select(line =>
                    (IReadOnlyList<string>)
                        [
                            line.Time("at"),
                            line.Field("jobId"),
                            line.Field("jobName"),
                            line.Field("attempt"),
                            line.Field("rank"),
                            line.Field("line"),
                            line["text"].Text() ?? "",
                        ]
                ),
            isWhole ? "No lines." : "No lines so far."
        );
        if (page["isComplete"] is JsonValue complete && !complete.GetValue<bool>())
        {
            context.Error.WriteLine($"searched to {context.Time(page, "searchedTo")}; there may be older lines");
        }

        if (page["unsearchedBytes"] is JsonValue bytes && bytes.TryGetValue<long>(out var left) && left > 0)
        {
            context.Error.WriteLine($"{JsonText.Bytes(left)} of logs are still being indexed and were not searched");
        }

        Query.PrintMore(context, page, offset: null);
    }

    /// <summary>A word of the command line is one thing to search for, with its blanks and quotation marks.</summary>
    private static string Quoted(string word)
    {
        var text = word.Replace("\"", "\\\"", StringComparison.Ordinal);
        return word.Any(char.IsWhiteSpace) ? $"\"{text}\"" : text;
    }

    /// <summary>A time as the API takes it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    private static string? TimeOf(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (
            long.TryParse(
                text.AsSpan(0, text.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var count
            )
            && SecondsOf(text[^1]) is { } seconds
            && count <= TimeSpan.FromDays(36_500).TotalSeconds / seconds
        )
        {
            return Times.Utc(TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(count * seconds));
        }

        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture)
            : throw new UsageException(
                $"{option} must be a time such as 30m, 12h, 7d or 2026-11-30T08:15:00Z, not '{text}'."
            );
    }

    private static long? SecondsOf(char unit) =>
        unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => null,
        };
}
