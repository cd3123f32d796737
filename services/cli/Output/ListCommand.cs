using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Output;

/// <summary>A paged list: what it has, where it is, and how it is shown.</summary>
/// <param name="Things">The listed items, in the plural.</param>
/// <param name="Order">The order, as the end of the description.</param>
/// <param name="Path">The list's path in the API.</param>
/// <param name="Filters">Options named as the query's parameters.</param>
/// <param name="Row">The cells of an item, given the current time.</param>
/// <param name="Bin">How what is deleted is shown.</param>
/// <param name="Csv">Prints items as CSV; the columns of the table when left out.</param>
internal sealed record ListDefinition(
    string Things,
    string Order,
    string Path,
    IReadOnlyList<ListFilter> Filters,
    IReadOnlyList<Column> Columns,
    Func<JsonNode, DateTimeOffset, IReadOnlyList<string>> Row,
    BinList Bin,
    Func<CommandContext, IReadOnlyList<JsonNode>, int>? Csv = null
);

/// <summary>How a list shows its recycle bin.</summary>
/// <param name="Row">The cells of an item.</param>
/// <param name="Note">What it does not have, and how that is found.</param>
internal sealed record BinList(
    IReadOnlyList<Column> Columns,
    Func<JsonNode, IReadOnlyList<string>> Row,
    string? Note = null
);

/// <summary>A filter of a list.</summary>
/// <param name="Read">What is sent for a value, such as the id for a part of it; the value itself when left out.</param>
internal sealed record ListFilter(Option<string?> Option, Func<CommandContext, string, Task<string>>? Read = null)
{
    public static implicit operator ListFilter(Option<string?> option) => new(option);
}

/// <summary>A <c>list</c> command for paged lists: filters, one page of a table, and how to get the next.</summary>
internal static class ListCommand
{
    private const int MaxLimit = 200;
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    public static Command Create(ListDefinition list)
    {
        var project = new Option<string?>("--project") { Description = $"Only {list.Things} of this project." };
        var search = new Option<string?>("--search") { Description = $"Only {list.Things} whose name has this text." };
        var paging = new PageOptions(MaxLimit, usual: 50);
        var (limit, cursor) = (paging.Limit, paging.Cursor);
        var offset = new Option<int?>("--offset") { Description = "How many to skip." };
        offset.AcceptOnlyBetween(0, int.MaxValue, "--offset must not be negative.");
        var deleted = new Option<bool>("--deleted") { Description = $"Only {list.Things} in the recycle bin." };
        var watch = new Option<bool>("--watch", "-w")
        {
            Description = "Show it on the terminal until Ctrl-C, as it changes.",
        };
        var csv = new Option<bool>("--csv") { Description = "Print CSV." };
        IReadOnlyList<ListFilter> filters = [.. list.Filters, project, search, cursor];
        var command = new Command("list", $"List {list.Things}, {list.Order}.");
        foreach (
            var option in (IEnumerable<Option>)
                [.. filters.Select(filter => filter.Option), limit, offset, watch, deleted, csv]
        )
        {
            command.Add(option);
        }

        command.RefuseTogether(offset, cursor);
        command.RefuseTogether(GlobalOptions.Json, csv);
        command.RefuseTogether(watch, csv);
        foreach (var filter in filters)
        {
            filter.Option.RefuseEmpty();
        }

        return command.Does(async context =>
        {
            var query = new List<(string, string?)>();
            foreach (var (option, read) in filters)
            {
                var value = context.Value(option);
                query.Add((ParameterOf(option), value is null || read is null ? value : await read(context, value)));
            }

            var bin = context.Value(deleted) ? list.Bin : null;
            var path = Query.Path(
                list.Path,
                [
                    .. query,
                    ("deleted", bin is not null ? "true" : null),
                    ("limit", $"{context.Value(limit)}"),
                    ("offset", context.Value(offset)?.ToString(CultureInfo.InvariantCulture)),
                ]
            );
            if (context.Value(watch))
            {
                return await WatchAsync(context, list, bin, path);
            }

            var page = await context.Client.GetAsync(path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            Print(context, list, bin, page, csv: context.Value(csv));
            Query.PrintMore(context, page, context.Value(cursor) is null ? context.Value(offset) ?? 0 : null);
            if (bin?.Note is { } note && page.Items().Any())
            {
                await context.Error.WriteLineAsync(note);
            }

            return 0;
        });
    }

    private static void Print(
        CommandContext context,
        ListDefinition list,
        BinList? bin,
        JsonNode page,
        int rows = int.MaxValue,
        bool csv = false
    )
    {
        var now = TimeProvider.System.GetUtcNow();
        var columns = bin?.Columns ?? list.Columns;
        var cells = page.Items().Take(rows).Select(item => bin?.Row(item) ?? list.Row(item, now));
        if (csv && bin is null && list.Csv is { } print)
        {
            print(context, [.. page.Items()]);
            return;
        }

        context.PrintRows(
            csv,
            columns,
            cells,
            bin is null ? $"No {list.Things}." : $"No {list.Things} are in the recycle bin."
        );
    }

    private static async Task<int> WatchAsync(CommandContext context, ListDefinition list, BinList? bin, string path)
    {
        if (context.Terminal is not { } terminal || context.Json)
        {
            throw new CliException("--watch needs a terminal; 'jobs wait' waits for jobs in a script.");
        }

        using var screen = new Screen(context.Out);
        var patience = new Patience(context.Error, context.Client, TimeProvider.System);
        while (true)
        {
            if (
                await patience.TryAsync<JsonNode>(async () => await context.Client.GetAsync(path, context.Cancelled)) is
                { } page
            )
            {
                screen.Clear();
                // Its heading and the line below.
                Print(context, list, bin, page, Math.Max(1, terminal.Height - 2));
            }

            await Task.Delay(_pause, context.Cancelled);
        }
    }

    /// <summary><c>--submitted-by</c> is the query's <c>submittedBy</c>.</summary>
    private static string ParameterOf(Option option)
    {
        var words = option.Name.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    /// <summary>The terminal's other screen; what was there before is there again afterwards.</summary>
    private sealed class Screen : IDisposable
    {
        private const string Escape = "\u001b[";
        private readonly TextWriter _output;

        public Screen(TextWriter output)
        {
            _output = output;
            output.Write($"{Escape}?1049h");
        }

        public void Clear() => _output.Write($"{Escape}H{Escape}2J");

        public void Dispose() => _output.Write($"{Escape}?1049l");
    }
}
