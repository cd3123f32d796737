using System.Globalization;
using System.Text.Json;
using Platform.Contracts;
using Platform.EventStore;

namespace Platform.Gateway.Tokens;

/// <summary>
/// <c>tokens create --name N [--scope admin|editor|read]</c>, <c>tokens list</c>, <c>tokens revoke ID</c>: works on the database
/// itself, so that a server that demands tokens can get its first one. With <c>--json</c> it prints what the API answers.
/// </summary>
public static class TokensCommand
{
    private const string Usage =
        "Usage: tokens create --name NAME [--scope admin|editor|read] | tokens list | tokens revoke ID, and --json";

    private const string Json = "--json";

    /// <summary>True for command lines that are this command's.</summary>
    public static bool Matches(string[] args) => args is ["tokens", ..];

    /// <summary>Carries the command out.</summary>
    /// <param name="args">The whole command line; configuration options (<c>--Section:Key=value</c>) are passed over.</param>
    /// <param name="connectionString"><c>ConnectionStrings:Platform</c>.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        string? connectionString,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        if (string.IsNullOrEmpty(connectionString))
        {
            await errors.WriteLineAsync("ConnectionStrings:Platform is not set.");
            return 1;
        }

        string[] words =
        [
            .. args.Skip(1)
                .Where(word => !string.Equals(word, Json, StringComparison.Ordinal))
                .Where(word =>
                    !word.StartsWith("--", StringComparison.Ordinal) || !word.Contains(':', StringComparison.Ordinal)
                ),
        ];
        var json = args.Contains(Json, StringComparer.Ordinal);
        var options = GatewayStore.CreateOptions();
        await using var store = new GatewayStore(options, EventStoreDataSource.Create(connectionString, options));
        try
        {
            await store.MigrateAsync(cancellationToken);
        }
        catch (SchemaRefusedException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return 1;
        }

        var tokens = new GatewayTokens(store, TimeProvider.System);
        switch (words)
        {
            case ["create", .. var rest] when Parse(rest) is { } parsed:
                return await CreateAsync(tokens, parsed, json, output, errors, cancellationToken);
            case ["list"]:
                await ListAsync(tokens, json, output, cancellationToken);
                return 0;
            case ["revoke", var text] when Guid.TryParse(text, out var id):
                if (await tokens.RevokeAsync(id, "local", cancellationToken: cancellationToken))
                {
                    return 0;
                }

                await errors.WriteLineAsync($"There is no token {id}.");
                return 1;
            default:
                await errors.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static (string? Name, string Scope)? Parse(string[] words)
    {
        string? name = null;
        var scope = "admin";
        var queue = new Queue<string>(
            words.SelectMany(word => word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=', 2) : [word])
        );
        while (queue.TryDequeue(out var option))
        {
            if (!queue.TryDequeue(out var value))
            {
                return null;
            }

            switch (option)
            {
                case "--name":
                    name = value;
                    break;
                case "--scope":
                    scope = value;
                    break;
                default:
                    return null;
            }
        }

        return (name, scope);
    }

    private static async Task<int> CreateAsync(
        GatewayTokens tokens,
        (string? Name, string Scope) wanted,
        bool json,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken
    )
    {
        if (GatewayTokens.Check(wanted.Name, wanted.Scope) is { } wrong)
        {
            await errors.WriteLineAsync(wrong.Message);
            return 2;
        }

        var token = await tokens.CreateAsync(wanted.Name!, wanted.Scope, "local", cancellationToken: cancellationToken);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(token, JsonDefaults.Lenient));
            return 0;
        }

        await errors.WriteLineAsync($"Token {token.Id} ({token.Name}, {token.Scope}); it is shown only now:");
        await output.WriteLineAsync(token.Token);
        return 0;
    }

    private static async Task ListAsync(
        GatewayTokens tokens,
        bool json,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        var all = await tokens.ListAsync(cancellationToken);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new TokenList(all), JsonDefaults.Lenient));
            return;
        }

        foreach (var token in all)
        {
            var used = token.LastUsedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never used";
            await output.WriteLineAsync($"{token.Id}  {token.Scope, -6}  {token.CreatedAt:u}  {used}  {token.Name}");
        }
    }
}
