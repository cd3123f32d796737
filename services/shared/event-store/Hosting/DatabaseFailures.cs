using System.Net.Sockets;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Tells a database that is away from one that refuses what it was asked.</summary>
public static class DatabaseFailures
{
    /// <summary>True when the same is worth trying again once the database is back.</summary>
    public static bool IsUnreachable(Exception exception) =>
        exception switch
        {
            PostgresException e => e.SqlState
                is PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.TooManyConnections,
            NpgsqlException or SocketException or TimeoutException or IOException => true,
            _ => false,
        };
}
