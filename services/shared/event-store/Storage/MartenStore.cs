using JasperFx;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Marten's store for one schema, set up as the rest of this library needs it.</summary>
internal static class MartenStore
{
    public static DocumentStore Create(EventStoreOptions options, NpgsqlDataSource dataSource)
    {
        var marten = new StoreOptions
        {
            DatabaseSchemaName = options.Schema,
            // The schema is changed by SchemaMigrator alone, at start; no session looks whether it has to.
            AutoCreateSchemaObjects = AutoCreate.None,
            ApplyChangesLockId = LockId("marten-changes"),
            DisableNpgsqlLogging = true,
        };
        marten.Connection(dataSource);
        marten.Projections.DaemonLockId = LockId("marten-daemon");

        var events = marten.Events;
        events.StreamIdentity = StreamIdentity.AsString;
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        // The row lock comes before the first number is drawn, so the transaction has its xid by then: the gap rule rests on it.
        events.UseExclusiveLockOnConcurrentAppends = true;
        events.MetadataConfig.CorrelationIdEnabled = true;
        events.MetadataConfig.CausationIdEnabled = true;
        events.MetadataConfig.HeadersEnabled = true;
        options.Events.RegisterWith(marten);

        // Whoever appends decides about another attempt: it knows whether the decision has to be made again.
        marten.ConfigurePolly(_ => { });
        marten.ConfigureWritePolly(_ => { });
        marten.Listeners.Add(new NoTombstones());
        return new DocumentStore(marten);

        int LockId(string purpose) => (int)AdvisoryLock.Key(purpose, options.Schema);
    }

    /// <summary>
    /// Marten fills the numbers of a transaction that was rolled back with events of its own. Followers pass such numbers by the
    /// gap rule, and would not know these events.
    /// </summary>
    private sealed class NoTombstones : DocumentSessionListenerBase
    {
        public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
        {
            session.PendingChanges.Streams().Clear();
            return Task.CompletedTask;
        }
    }
}
