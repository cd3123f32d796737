using Marten;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Commits appends that wait at the same time together: one session of Marten's, one transaction, one flush of the server's log.
/// While fewer than two groups are in flight an append is sent at once; those that arrive meanwhile are sent together when one ends.
/// </summary>
/// <remarks>
/// When the server refuses a group, all of it is rolled back and each append goes alone, so that only the one at fault fails.
/// Appends to one stream are never in flight together. Two groups may still want the same rows of a read model in another order:
/// the server then refuses one of them.
/// </remarks>
internal sealed class GroupCommit(IDocumentStore marten)
{
    // One waits for the disk while the server works on the other; more only make the groups smaller.
    private const int MaxGroups = 2;
    private const int MaxSize = 32;

    private readonly Lock _gate = new();
    private readonly List<Member> _waiting = [];
    private readonly HashSet<string> _streams = new(StringComparer.Ordinal);
    private int _groups;

    /// <summary>Returns when the events and what belongs to them are committed.</summary>
    /// <param name="cancellationToken">Takes the append back while it waits; once sent, it may be committed all the same.</param>
    public async Task CommitAsync(PendingAppend append, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var member = new Member(append);
        if (Enqueue(member))
        {
            // The groups after the first are not part of what this caller does.
            using (ExecutionContext.SuppressFlow())
            {
                _ = SendAllAsync();
            }
        }

        try
        {
            await member.Committed.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Withdraw(member);
            throw;
        }
    }

    /// <returns>Whether the caller has to send.</returns>
    private bool Enqueue(Member member)
    {
        lock (_gate)
        {
            _waiting.Add(member);
            if (_groups == MaxGroups)
            {
                return false;
            }

            _groups++;
            return true;
        }
    }

    private void Withdraw(Member member)
    {
        lock (_gate)
        {
            _waiting.Remove(member);
        }
    }

    private async Task SendAllAsync()
    {
        for (List<Member> group = []; ; )
        {
            // Callers that are ready to append, such as those that just got their answer, join the next group.
            await Task.Yield();
            group = TakeGroup(completed: group);
            if (group.Count == 0)
            {
                return;
            }

            await SendAsync(group);
            group.ForEach(member => member.Complete());
        }
    }

    /// <returns>Those that can go together, longest waiting first; with none the sending ends.</returns>
    private List<Member> TakeGroup(List<Member> completed)
    {
        lock (_gate)
        {
            _streams.ExceptWith(completed.Select(member => member.Append.StreamId));
            var group = _waiting.Where(member => _streams.Add(member.Append.StreamId)).Take(MaxSize).ToList();
            _waiting.RemoveAll(group.Contains);
            _groups -= group.Count == 0 ? 1 : 0;
            return group;
        }
    }

    private async Task SendAsync(List<Member> group)
    {
        try
        {
            await ExecuteAsync(group);
        }
        catch (Exception e) when (group.Count > 1 && IsRolledBack(e))
        {
            foreach (var member in group)
            {
                await SendAsync([member]);
            }
        }
        catch (Exception e)
        {
            group.ForEach(member => member.Error = e);
        }
    }

    private async Task ExecuteAsync(List<Member> group)
    {
        await using var session = marten.LightweightSession();
        group.ForEach(member => member.Append.AddTo(session));
        try
        {
            await session.SaveChangesAsync();
        }
        catch (Exception e) when (MartenFailures.CauseOf(e) is { } cause)
        {
            MartenFailures.Throw(cause);
        }
    }

    /// <summary>An error of the server's, or of building the commands; after any other it is unknown what was committed.</summary>
    private static bool IsRolledBack(Exception exception) =>
        exception is (not NpgsqlException) or PostgresException { InvariantSeverity: "ERROR" };

    private sealed class Member(PendingAppend append)
    {
        private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PendingAppend Append => append;

        public Task Committed => _committed.Task;

        public Exception? Error { get; set; }

        public void Complete()
        {
            if (Error is null)
            {
                _committed.SetResult();
            }
            else
            {
                _committed.SetException(Error);
            }
        }
    }
}
