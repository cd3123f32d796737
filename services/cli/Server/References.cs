using System.Text.Json.Nodes;
using Platform.Cli.Output;

namespace Platform.Cli.Server;

/// <summary>
/// Finds what a user means by an id, by its beginning or its end (at least four characters), or by a name. Short ids in tables and
/// in the web app are ends.
/// </summary>
internal static class References
{
    private const int LeastPart = 4;
    private const int PageSize = 200;
    private const int Pages = 5;
    private const int Candidates = 10;

    /// <summary>Finds the only item of a paged list that a text refers to.</summary>
    /// <param name="thing">What the list has, in the singular.</param>
    /// <param name="path">The list, whose <c>search</c> finds names and ids.</param>
    /// <param name="deleted">True to look in the recycle bin instead.</param>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static async Task<JsonNode> FindAsync(
        CommandContext context,
        string thing,
        string path,
        string text,
        bool deleted = false
    ) => Only(deleted ? $"deleted {thing}" : thing, text, await SearchAsync(context, path, text, deleted));

    /// <summary>The same, also in the recycle bin; what is not there comes first.</summary>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static async Task<JsonNode> FindAnywhereAsync(CommandContext context, string thing, string path, string text)
    {
        var current = await SearchAsync(context, path, text, deleted: false);
        return Only(
            thing,
            text,
            Matching(current, text).Count > 0 ? current : await SearchAsync(context, path, text, deleted: true)
        );
    }

    private static async Task<IReadOnlyList<JsonNode>> SearchAsync(
        CommandContext context,
        string path,
        string text,
        bool deleted
    )
    {
        var found = new List<JsonNode>();
        string? cursor = null;
        for (var page = 0; page < Pages; page++)
        {
            var answer = await context.Client.GetAsync(
                Query.Path(
                    path,
                    ("search", text),
                    ("deleted", deleted ? "true" : null),
                    ("limit", $"{PageSize}"),
                    ("cursor", cursor)
                ),
                context.Cancelled
            );
            found.AddRange(answer.Items());
            cursor = answer["nextCursor"].Text();
            if (cursor is null)
            {
                break;
            }
        }

        return found;
    }

    /// <summary>The id of the only item of a short list that a text refers to; of a text that is an id, that one.</summary>
    /// <param name="read">Reads the list.</param>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static async Task<Guid> FindIdAsync(string thing, string text, Func<Task<JsonNode>> read) =>
        Guid.TryParse(text, out var id) ? id : Guid.Parse(Only(thing, text, [.. (await read()).Items()]).Field("id"));

    /// <summary>The only one of some items that a text refers to.</summary>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    private static JsonNode Only(string thing, string text, IReadOnlyList<JsonNode> items)
    {
        var matching = Matching(items, text);
        return matching.Count switch
        {
            1 => matching[0],
            0 => throw new NotFoundException(
                $"There is no {thing} '{text}'; give its id, its name, or the beginning or end of its id."
            ),
            _ => throw new CliException(
                $"'{text}' could be {(matching.Count > Candidates ? $"any of {matching.Count}" : "one of these")} {thing}s; give more of the id:"
                    + string.Concat(matching.Take(Candidates).Select(Line))
            ),
        };
    }

    private static List<JsonNode> Matching(IReadOnlyList<JsonNode> items, string text)
    {
        var exact = items.Where(item => string.Equals(item.Field("id"), text, StringComparison.Ordinal)).ToList();
        return exact.Count > 0
            ? exact
            : [.. items.Where(item => IsNamed(item, text) || IsPartOfId(item.Field("id"), text))];
    }

    private static bool IsNamed(JsonNode item, string text) =>
        string.Equals(item.Field("name"), text, StringComparison.Ordinal);

    private static bool IsPartOfId(string id, string text) =>
        text.Length >= LeastPart
        && (
            id.StartsWith(text, StringComparison.OrdinalIgnoreCase)
            || id.EndsWith(text, StringComparison.OrdinalIgnoreCase)
        );

    private static string Line(JsonNode item) =>
        "\n  "
        + TableLayout.OneLine(
            $"{item.Field("id")}  {item.Field("name")}  {item.Field("project")}  {item.Field("status")}"
        );
}
