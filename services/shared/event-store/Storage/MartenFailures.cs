using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Callers tell failures apart by what the server or the connection said, which Marten wraps or covers.</summary>
internal static class MartenFailures
{
    /// <summary>The server's or the connection's own exception, when there is one below this.</summary>
    public static NpgsqlException? CauseOf(Exception exception)
    {
        var inner = exception.InnerException;
        while (inner is not (null or NpgsqlException))
        {
            inner = inner.InnerException;
        }

        return inner as NpgsqlException;
    }

    /// <summary>Throws it with the stack it came with.</summary>
    [DoesNotReturn]
    public static void Throw(NpgsqlException cause) => ExceptionDispatchInfo.Throw(cause);
}
