using System.Collections.Concurrent;
using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Tracking;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>A run, or a logged model, that has files: what tracking said of it last.</summary>
internal sealed record FileOwner(string Id, bool IsDeleted, Guid? JobId, string? Project, string? Experiment);

/// <summary>
/// What this service knows of runs. They are tracking's: it is asked for one whose first file comes, or of which it last said that there is
/// none, and announces later changes of those that it was asked for.
/// </summary>
internal sealed class FileOwners(ArtifactsStore store, IBus bus, TimeProvider clock)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(15);

    /// <summary>Questions that are not answered yet, so that many requests about one run ask once.</summary>
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Answer?>> _questions = new(
        StringComparer.Ordinal
    );

    /// <summary>Finds one.</summary>
    /// <param name="suffices">Whether what is known is enough; tracking is asked when it is not.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="FileOwnerUnknownException">Tracking does not answer.</exception>
    public async Task<FileOwner?> FindAsync(
        string id,
        Func<FileOwner, bool> suffices,
        CancellationToken cancellationToken
    )
    {
        if (await ReadAsync(id, since: null, cancellationToken) is { Owner: { } known } && suffices(known))
        {
            return known;
        }

        while (true)
        {
            var mine = new TaskCompletionSource<Answer?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var question = _questions.GetOrAdd(id, mine);
            var isMine = ReferenceEquals(question, mine);
            if (isMine)
            {
                _ = AskAsync(id, suffices, mine);
            }

            var answer = await question.Task.WaitAsync(cancellationToken) ?? throw new FileOwnerUnknownException();
            // A question of before may have been answered before the run was created.
            if (isMine || (answer.Owner is { } owner && suffices(owner)))
            {
                return answer.Owner;
            }
        }
    }

    /// <summary>Stores what tracking says of a run that it was asked for. The files of one that is gone are deleted.</summary>
    public async Task RecordAsync(FileOwnerAnnounced announced, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            update file_owner set answered_at = clock_timestamp(), version = greatest(version, $2), is_there = $3,
              is_deleted = $4, job_id = $5, project = $6, experiment = $7
            where id = $1 and (version <= $2 or not (is_there or $3))
            """,
            announced.Owner,
            announced.Version,
            announced.Exists,
            announced.IsDeleted,
            new NpgsqlParameter { Value = announced.JobId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            Text(announced.Project),
            Text(announced.Experiment)
        );
        // Writers of files hold the row above: none comes between.
        batch.Add(
            "delete from run_file where owner = $1 and not (select is_there from file_owner where id = $1)",
            announced.Owner
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Forgets ids that were asked for long ago and are none.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            delete from file_owner o
            where not o.is_there and o.asked_at < $1 and not exists (select from run_file f where f.owner = o.id)
            """
        );
        command.Parameters.Add(new() { Value = before.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>Asks tracking, for whoever waits for the answer: null when there is none in time.</summary>
    private async Task AskAsync(string id, Func<FileOwner, bool> suffices, TaskCompletionSource<Answer?> question)
    {
        try
        {
            // Another question may have been answered since its asker read what is known.
            var known = await ReadAsync(id, since: null, CancellationToken.None);
            question.SetResult(known is { Owner: { } owner } && suffices(owner) ? known : await AskAsync(id));
        }
        catch (Exception exception)
        {
            question.SetException(exception);
        }
        finally
        {
            _questions.TryRemove(new(id, question));
        }
    }

    private async Task<Answer?> AskAsync(string id)
    {
        using var timeout = new CancellationTokenSource(_patience, clock);
        try
        {
            await using var command = store.DataSource.CreateCommand(
                """
                insert into file_owner (id, asked_at) values ($1, clock_timestamp())
                on conflict (id) do update set asked_at = clock_timestamp() returning asked_at
                """
            );
            command.Parameters.Add(new() { Value = id });
            var asked = (DateTime)(await command.ExecuteScalarAsync(timeout.Token))!;
            await bus.Publish(new AnnounceFileOwner { Owner = id }, timeout.Token);
            while (true)
            {
                if (await ReadAsync(id, asked, timeout.Token) is { } answer)
                {
                    return answer;
                }

                await Task.Delay(_pollInterval, clock, timeout.Token);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <param name="since">Only an answer of later.</param>
    /// <returns>Null when there is no answer.</returns>
    private async Task<Answer?> ReadAsync(string id, DateTime? since, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select is_there, is_deleted, job_id, project, experiment from file_owner
            where id = $1 and answered_at >= coalesce($2, answered_at)
            """
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(
            new() { Value = since ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new Answer(
            reader.Value<bool>("is_there")
                ? new FileOwner(
                    id,
                    reader.Value<bool>("is_deleted"),
                    reader.ValueOrNull<Guid>("job_id"),
                    reader.TextOrNull("project"),
                    reader.TextOrNull("experiment")
                )
                : null
        );
    }

    /// <param name="Owner">Null for none.</param>
    private sealed record Answer(FileOwner? Owner);
}

/// <summary>Tracking has not said in time whether there is such a run.</summary>
internal sealed class FileOwnerUnknownException()
    : Exception("The tracking service has not said whether there is such a run.");
