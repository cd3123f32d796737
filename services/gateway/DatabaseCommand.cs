using Platform.EventStore;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;

namespace Platform.Gateway;

/// <summary>
/// <c>tokens …</c> and <c>users …</c> on the command line: works on the database itself, whether the gateway runs or not, so that a
/// platform that demands tokens can get its first one. With <c>--json</c> it prints what the API answers.
/// </summary>
public static class DatabaseCommand
{
    private const string Json = "--json";

    /// <summary>True for command lines that are this command's.</summary>
    public static bool Matches(string[] args) => args is ["tokens" or "users", ..];

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
                .Where(word => !IsConfiguration(word)),
        ];
        var printer = new CommandOutput(output, errors, args.Contains(Json, StringComparer.Ordinal));
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

        var access = new AccessVersion();
        var users = new UserDirectory(store);
        var changes = new UserChanges(store, access, TimeProvider.System);
        var tokens = new GatewayTokens(store, access, TimeProvider.System);
        var issuer = new TokenIssuer(tokens, users, changes, TimeProvider.System);
        return args[0] is "tokens"
            ? await new TokensCommand(tokens, issuer, printer).RunAsync(words, cancellationToken)
            : await new UsersCommand(users, changes, printer).RunAsync(words, cancellationToken);
    }

    /// <summary>An option <c>--Section:Key=value</c>; the value of one of ours, such as a time, may have colons too.</summary>
    private static bool IsConfiguration(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) && word.Split('=')[0].Contains(':', StringComparison.Ordinal);
}
