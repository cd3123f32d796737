using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;
using Weasel.Storage;
using ICommandBuilder = Weasel.Postgresql.ICommandBuilder;
using IStorageOperation = Marten.Internal.Operations.IStorageOperation;

namespace Platform.EventStore;

/// <summary>A command of a projection or of a caller that travels in Marten's transaction, after the events.</summary>
/// <param name="command">With positional parameters, <c>$1</c> and so on.</param>
internal sealed class SqlOperation(NpgsqlBatchCommand command) : IStorageOperation, NoDataReturnedCall
{
    // One type for all of them, and none that Marten knows: their order is kept.
    public Type DocumentType => typeof(SqlOperation);

    public OperationRole Role() => OperationRole.Other;

    public void ConfigureCommand(ICommandBuilder builder, IStorageSession session)
    {
        builder.Append(command.CommandText);
        // Marten writes a parameter's place where it is added. Ours are written already, so these stand in a comment.
        builder.Append("\n--");
        foreach (NpgsqlParameter parameter in command.Parameters)
        {
            var added = builder.AppendParameter(parameter.Value ?? DBNull.Value);
            if (parameter.NpgsqlDbType != NpgsqlDbType.Unknown)
            {
                added.NpgsqlDbType = parameter.NpgsqlDbType;
            }
        }
    }

    public Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) =>
        Task.CompletedTask;
}
