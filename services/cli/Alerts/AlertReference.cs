using System.CommandLine;
using Platform.Cli.Server;

namespace Platform.Cli.Alerts;

/// <summary>Finds alerts, rules and destinations by their id, a part of it, or their name.</summary>
internal static class AlertReference
{
    private const string MaxLimit = "2000";

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

    /// <summary>The id of what a text refers to, among as many as a page may have.</summary>
    /// <exception cref="CliException">There is none, or there are several.</exception>
    public static Task<Guid> FindIdAsync(
        CommandContext context,
        string thing,
        string path,
        string text,
        params (string Name, string? Value)[] query
    ) =>
        References.FindIdAsync(
            thing,
            text,
            () => context.Client.GetAsync(Query.Path(path, [.. query, ("limit", MaxLimit)]), context.Cancelled)
        );
}
