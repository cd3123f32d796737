using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Platform.EventStore;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway;

/// <summary>
/// <c>tokens …</c> and <c>users …</c> on the command line: works on the database itself, whether the gateway runs or not, so that a
/// platform that demands tokens can get its first one. It prints what the API answers, errors as problem documents.
/// </summary>
public static class DatabaseCommand
{
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
        var answers = new CommandOutput(output, errors);
        if (string.IsNullOrEmpty(connectionString))
        {
            return await answers.RefuseAsync(Unavailable("ConnectionStrings:Platform is not set."));
        }

        try
        {
            return await RunAsync(args, connectionString, answers, cancellationToken);
        }
        catch (SchemaRefusedException exception)
        {
            return await answers.RefuseAsync(Unavailable(exception.Message));
        }
        catch (NpgsqlException exception)
        {
            return await answers.RefuseAsync(Unavailable($"The database cannot be used: {exception.Message}"));
        }
    }

    private static async Task<int> RunAsync(
        string[] args,
        string connectionString,
        CommandOutput answers,
        CancellationToken cancellationToken
    )
    {
        var options = GatewayStore.CreateOptions();
        await using var store = new GatewayStore(options, EventStoreDataSource.Create(connectionString, options));
        await store.MigrateAsync(cancellationToken);
        var access = new AccessVersion();
        var users = new UserDirectory(store);
        var changes = new UserChanges(store, access, TimeProvider.System);
        var tokens = new GatewayTokens(store, access, TimeProvider.System);
        var issuer = new TokenIssuer(tokens, users, changes, TimeProvider.System);
        string[] words = [.. args.Skip(1).Where(word => !IsConfiguration(word))];
        return args[0] is "tokens"
            ? await new TokensCommand(tokens, issuer, users, changes, answers).RunAsync(words, cancellationToken)
            : await new UsersCommand(users, changes, answers).RunAsync(words, cancellationToken);
    }

    private static ProblemHttpResult Unavailable(string detail) =>
        ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, GatewaySentences.Unavailable.With(detail));

    /// <summary>An option <c>--Section:Key=value</c>; the value of one of ours, such as a time, may have colons too.</summary>
    private static bool IsConfiguration(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) && word.Split('=')[0].Contains(':', StringComparison.Ordinal);
}
