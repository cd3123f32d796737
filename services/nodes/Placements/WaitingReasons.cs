using System.Text;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>
/// Publishes why jobs wait: of the beginning of the queue one by one, as positions change; of the rest by class, since equal
/// requests wait for the same. A new reason is published and then recorded, so that it is published at least once. It runs
/// beside the scheduler, whose grants must not wait for an unavailable broker.
/// </summary>
internal sealed partial class WaitingReasons(
    NodesStore store,
    IBusControl bus,
    IOptions<NodesOptions> options,
    TimeProvider clock,
    ILogger<WaitingReasons> log
) : IDisposable
{
    private const int PageSize = 200;

    private static readonly TimeSpan _publishTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often requests are looked for that moved back in the queue, to where positions are not told.</summary>
    private static readonly TimeSpan _sweep = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _posted = new(0, 1);
    private readonly Lock _lock = new();
    private Posted _latest = new([], new Dictionary<Guid, Sentence>());
    private Dictionary<Guid, Sentence> _swept = [];
    private DateTimeOffset _sweptAt = DateTimeOffset.MinValue;

    /// <summary>Notes, with a request, that its first reason is to be published.</summary>
    public static void Expect(NpgsqlBatch batch, Guid jobId, int attempt) =>
        batch.Add(
            """
            insert into placement_reason (job_id, attempt) values ($1, $2)
            on conflict (job_id) do update
              set attempt = excluded.attempt, reason = null, reason_code = null, published_at = null
            """,
            jobId,
            attempt
        );

    /// <summary>Posts the newest reasons.</summary>
    /// <param name="reasons">Of the requests that were read.</param>
    /// <param name="ofClasses">Of all others, by class.</param>
    public void Post(IReadOnlyList<WaitingReason> reasons, IReadOnlyDictionary<Guid, Sentence> ofClasses)
    {
        lock (_lock)
        {
            _latest = new(reasons, ofClasses);
            if (_posted.CurrentCount == 0 && reasons.Count > 0)
            {
                _posted.Release();
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // On the in-memory bus, messages published before the endpoints are ready are lost.
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            await _posted.WaitAsync(cancellationToken);
            try
            {
                var latest = ReadLatest();
                await PublishReadAsync(latest, cancellationToken);
                await PublishFirstAsync(latest, cancellationToken);
                await PublishChangedAsync(latest, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The scheduler posts them again in its next pass.
                PublishFailed(log, e);
            }
        }
    }

    public void Dispose() => _posted.Dispose();

    private Posted ReadLatest()
    {
        lock (_lock)
        {
            return _latest;
        }
    }

    /// <summary>Publishes the reasons of the requests that were read; a changed one only after a delay.</summary>
    private async Task PublishReadAsync(Posted latest, CancellationToken cancellationToken)
    {
        var reasons = latest.Reasons;
        var changed = await FindAsync(
            """
            select n.job_id, n.attempt, n.reason
            from unnest($1::uuid[], $2::int[], $3::varchar[]) with ordinality as n (job_id, attempt, reason, place)
            join placement_request w on w.job_id = n.job_id and w.attempt = n.attempt
            left join placement_reason t on t.job_id = n.job_id
            where t.published_at is null or t.attempt <> n.attempt or (t.reason <> n.reason and t.published_at <= $4)
            order by n.place
            """,
            [
                reasons.Select(reason => reason.JobId).ToArray(),
                reasons.Select(reason => reason.Attempt).ToArray(),
                reasons.Select(reason => reason.Reason.Text).ToArray(),
                Cutoff(),
            ],
            latest,
            cancellationToken
        );
        foreach (var page in changed.Chunk(PageSize))
        {
            await PublishAsync(page.Select(Waiting), cancellationToken);
            await RecordAsync(page, cancellationToken);
        }
    }

    /// <summary>Publishes the first reason of each request that was not read.</summary>
    private async Task PublishFirstAsync(Posted latest, CancellationToken cancellationToken)
    {
        for (var last = Guid.Empty; ; )
        {
            var page = await FindAsync(
                """
                select w.job_id, w.attempt, c.reason
                from placement_reason r
                join placement_request w on w.job_id = r.job_id and w.attempt = r.attempt
                join unnest($1::uuid[], $2::varchar[]) as c (class, reason) on c.class = w.class
                where r.published_at is null and r.job_id > $3 and w.not_before <= $4
                order by r.job_id limit $5
                """,
                [.. latest.ClassColumns, last, clock.GetUtcNow(), PageSize],
                latest,
                cancellationToken
            );
            await PublishAsync(page.Select(Waiting), cancellationToken);
            await RecordAsync(page, cancellationToken);
            if (page.Count < PageSize)
            {
                return;
            }

            last = page[^1].JobId;
        }
    }

    /// <summary>
    /// Publishes the changed reasons of requests that were not read: soon after that of their class changed, and now and then
    /// for those that moved back in the queue.
    /// </summary>
    private async Task PublishChangedAsync(Posted latest, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isDue =
            now >= _sweptAt + _sweep
            || (_sweptAt <= Cutoff() && latest.OfClasses.Any(c => _swept.GetValueOrDefault(c.Key) != c.Value));
        if (!isDue)
        {
            return;
        }

        for (var last = Guid.Empty; ; )
        {
            var page = await FindAsync(
                """
                select w.job_id, w.attempt, c.reason
                from unnest($1::uuid[], $2::varchar[]) as c (class, reason)
                join placement_request w on w.class = c.class
                join placement_reason r on r.job_id = w.job_id and r.attempt = w.attempt
                where r.published_at is not null and r.reason <> c.reason and w.job_id > $3 and w.not_before <= $4
                  and w.job_id <> all ($6)
                order by w.job_id limit $5
                """,
                [.. latest.ClassColumns, last, now, PageSize, latest.Reasons.Select(reason => reason.JobId).ToArray()],
                latest,
                cancellationToken
            );
            await PublishAsync(page.GroupBy(reason => reason.Reason).Select(Changed), cancellationToken);
            await RecordAsync(page, cancellationToken);
            if (page.Count < PageSize)
            {
                break;
            }

            last = page[^1].JobId;
        }

        (_swept, _sweptAt) = (new(latest.OfClasses), now);
    }

    private DateTimeOffset Cutoff() => clock.GetUtcNow() - TimeSpan.FromSeconds(options.Value.ReasonSeconds);

    private static object Waiting(WaitingReason reason) =>
        PlacementAnswers.Waiting(reason.JobId, reason.Attempt, reason.Reason);

    private static object Changed(IGrouping<Sentence, WaitingReason> reasons) =>
        new PlacementReasonChangedMessage
        {
            Reason = reasons.Key.Text,
            ReasonCode = reasons.Key.Code,
            Waiting = [.. reasons.Select(one => new WaitingAttempt { JobId = one.JobId, Attempt = one.Attempt })],
        };

    private async Task PublishAsync(IEnumerable<object> messages, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_publishTimeout);
        await Task.WhenAll(messages.Select(message => bus.Publish(message, message.GetType(), timeout.Token)));
    }

    private async Task<List<WaitingReason>> FindAsync(
        string sql,
        object[] parameters,
        Posted latest,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(sql, parameters);
        var found = new List<WaitingReason>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new WaitingReason(reader.GetGuid(0), reader.GetInt32(1), latest.Find(reader.GetString(2))));
        }

        return found;
    }

    private async Task RecordAsync(IReadOnlyCollection<WaitingReason> reasons, CancellationToken cancellationToken)
    {
        if (reasons.Count == 0)
        {
            return;
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into placement_reason (job_id, attempt, reason, reason_code, published_at)
            select n.job_id, n.attempt, n.reason, n.code::jsonb, $5
            from unnest($1::uuid[], $2::int[], $3::varchar[], $4::text[]) as n (job_id, attempt, reason, code)
            join placement_request w on w.job_id = n.job_id and w.attempt = n.attempt
            on conflict (job_id) do update
              set attempt = excluded.attempt, reason = excluded.reason, reason_code = excluded.reason_code,
                published_at = excluded.published_at
            """,
            reasons.Select(reason => reason.JobId).ToArray(),
            reasons.Select(reason => reason.Attempt).ToArray(),
            reasons.Select(reason => reason.Reason.Text).ToArray(),
            reasons
                .Select(reason => reason.Reason.Code is { } code ? Encoding.UTF8.GetString(code.ToJson()) : null)
                .ToArray(),
            clock.GetUtcNow()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The outcome of a scheduling pass.</summary>
    private sealed record Posted(IReadOnlyList<WaitingReason> Reasons, IReadOnlyDictionary<Guid, Sentence> OfClasses)
    {
        private readonly Dictionary<string, Sentence> _byText = Reasons
            .Select(reason => reason.Reason)
            .Concat(OfClasses.Values)
            .DistinctBy(reason => reason.Text, StringComparer.Ordinal)
            .ToDictionary(reason => reason.Text, StringComparer.Ordinal);

        /// <summary>The classes and their reasons as two columns.</summary>
        public object[] ClassColumns { get; } =
        [OfClasses.Keys.ToArray(), OfClasses.Values.Select(reason => reason.Text).ToArray()];

        /// <summary>The sentence of a text that the database gave back.</summary>
        public Sentence Find(string text) => _byText.GetValueOrDefault(text) ?? new Sentence(text, Code: null);
    }

    [LoggerMessage(1, LogLevel.Warning, "Publishing the waiting reasons failed; retrying")]
    private static partial void PublishFailed(ILogger log, Exception exception);
}
