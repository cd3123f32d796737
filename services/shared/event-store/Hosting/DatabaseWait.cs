using System.Diagnostics;
using System.Security.Authentication;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Tries again what a database refuses only for now: one that is starting, that cannot be reached, or that has no connection left. What would
/// be refused for ever ends at once.
/// </summary>
/// <param name="connectionString">Names the database in what is said; its password is not.</param>
/// <param name="report">Told what is waited for: at once, when that changes, and now and then.</param>
public sealed class DatabaseWait(string connectionString, Action<string> report)
{
    /// <summary>How long a database may take at a start.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _repeat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnectionStringBuilder _settings = new(connectionString);

    /// <summary>How long it is tried.</summary>
    public TimeSpan Limit { get; init; } = DefaultLimit;

    /// <summary>A sentence, without a full stop, about how many connections are needed.</summary>
    public string Needs { get; init; } = "Raise max_connections of PostgreSQL, or stop what else uses it";

    /// <summary>Which server it is, for sentences.</summary>
    public string Server =>
        $"PostgreSQL at {_settings.Host}{(_settings.Host?.StartsWith('/') is true ? "" : $":{_settings.Port}")}";

    /// <summary>Tries until it succeeds.</summary>
    /// <exception cref="DatabaseRefusedException">Waiting would not help.</exception>
    /// <exception cref="DatabaseUnreachableException">It did not succeed in time.</exception>
    public async Task UntilAsync(Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(100);
        var (lastReason, lastReport) = ("", TimeSpan.Zero);
        while (true)
        {
            string reason;
            try
            {
                await attempt(cancellationToken);
                return;
            }
            catch (Exception e) when (e is NpgsqlException || DatabaseFailures.IsUnreachable(e))
            {
                if (IsPermanent(e))
                {
                    throw new DatabaseRefusedException(Refusal(e), e);
                }

                if (watch.Elapsed > Limit)
                {
                    throw new DatabaseUnreachableException(GivenUp(e), e);
                }

                reason = ReasonOf(e);
            }

            if (!string.Equals(reason, lastReason, StringComparison.Ordinal) || watch.Elapsed - lastReport > _repeat)
            {
                (lastReason, lastReport) = (reason, watch.Elapsed);
                report($"waiting up to {Limit.TotalSeconds:0} s for {Server}: {reason}");
            }

            await Task.Delay(pause, cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _longestPause.Ticks));
        }
    }

    private static bool IsPermanent(Exception exception) =>
        exception switch
        {
            PostgresException => !DatabaseFailures.IsUnreachable(exception),
            NpgsqlException { InnerException: AuthenticationException } => true,
            // Such as a password that is asked for and was not given.
            NpgsqlException { InnerException: null, IsTransient: false } => true,
            _ => false,
        };

    private static string ReasonOf(Exception exception) =>
        exception switch
        {
            PostgresException refused => $"{refused.SqlState}: {refused.MessageText}",
            { InnerException: { } cause } when !exception.Message.Contains(cause.Message, StringComparison.Ordinal) =>
                $"{exception.Message}: {cause.Message}",
            _ => exception.Message,
        };

    private string GivenUp(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections }
            ? $"{Server} had no free connection for {Limit.TotalSeconds:0} s ({ReasonOf(exception)}). {Needs}."
            : $"{Server} could not be reached for {Limit.TotalSeconds:0} s ({ReasonOf(exception)}). Check that it runs, and its host and port in ConnectionStrings:Platform.";

    private string Refusal(Exception exception) =>
        (exception as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"{Server} does not let the user '{_settings.Username}' in ({ReasonOf(exception)}). Set the user and the password of that role in ConnectionStrings:Platform.",
            PostgresErrorCodes.InvalidCatalogName =>
                $"{Server} has no database '{_settings.Database}' ({ReasonOf(exception)}). Create it, or name another in ConnectionStrings:Platform.",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"{Server} does not allow it to the user '{_settings.Username}' ({ReasonOf(exception)}). Make that user the owner of the database '{_settings.Database}'.",
            _ => $"{Server} cannot be used ({ReasonOf(exception)}).",
        };
}
