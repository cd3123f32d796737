using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Alerts;

/// <summary>Finds alerts, rules and destinations by their id, a part of it, or their name.</summary>
internal static class AlertReference
{
    private const int MaxLimit = 2000;

    public static Argument<string> Argument(string name, string description) => new(name) { Description = description };

    /// <summary>The address of what a text refers to.</summary>
    /// <param name="path">The list that has it.</param>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static async Task<string> AddressAsync(
        CommandContext context,
        string thing,
        string path,
        string text,
        params (string Name, string? Value)[] query
    ) => $"{path}/{await FindIdAsync(context, thing, path, text, query)}";

    /// <summary>The id of what a text refers to.</summary>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static async Task<Guid> FindIdAsync(
        CommandContext context,
        string thing,
        string path,
        string text,
        params (string Name, string? Value)[] query
    )
    {
        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        var page = await context.Client.GetAsync(
            Query.Path(path, [.. query, ("limit", $"{MaxLimit}")]),
            context.Cancelled
        );
        return Guid.Parse(References.Only(thing, text, [.. page.Items()]).Field("id"));
    }
}
