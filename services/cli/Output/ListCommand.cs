using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Server;

namespace Platform.Cli.Output;

/// <summary>A <c>list</c> command for paged lists: filters, one page of a table, and how to get the next.</summary>
internal static class ListCommand
{
    /// <param name="things">The listed items, in the plural.</param>
    /// <param name="order">The order, as the end of the description.</param>
    /// <param name="path">The list's path in the API.</param>
    /// <param name="filters">Options named as the query's parameters.</param>
    /// <param name="row">The cells of an item, given the current time.</param>
    public static Command Create(
        string things,
        string order,
        string path,
        IReadOnlyList<Option<string?>> filters,
        IReadOnlyList<string> headings,
        Func<JsonNode, DateTimeOffset, IReadOnlyList<string>> row
    )
    {
        var project = new Option<string?>("--project") { Description = $"Only {things} of this project." };
        var search = new Option<string?>("--search") { Description = $"Only {things} whose name has this text." };
        var limit = new Option<int>("--limit") { Description = "How many (50).", DefaultValueFactory = _ => 50 };
        var cursor = new Option<string?>("--cursor")
        {
            Description = "The next page, as printed with the previous one.",
        };
        IReadOnlyList<Option<string?>> texts = [.. filters, project, search, cursor];
        var command = new Command("list", $"List {things}, {order}.");
        foreach (var option in (IEnumerable<Option>)[.. filters, project, search, limit, cursor])
        {
            command.Add(option);
        }

        return command.Does(async context =>
        {
            var query = texts.Select(option => (ParameterOf(option), context.Value(option)));
            var page = await context.Client.GetAsync(
                Query.Path(path, [.. query, ("limit", $"{context.Value(limit)}")]),
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            var now = TimeProvider.System.GetUtcNow();
            context.PrintTable(headings, page.Items().Select(item => row(item, now)), $"No {things}.");
            Query.PrintMore(context, page);
            return 0;
        });
    }

    /// <summary><c>--submitted-by</c> is the query's <c>submittedBy</c>.</summary>
    private static string ParameterOf(Option option)
    {
        var words = option.Name.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
