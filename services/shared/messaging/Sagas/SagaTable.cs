using Platform.EventStore;

namespace Platform.Messaging.Sagas;

/// <summary>The table that holds sagas; a service adds it to its migrations.</summary>
public static class SagaTable
{
    /// <summary>Creates the table and the index of deadlines.</summary>
    public static Migration Migration { get; } =
        new(
            "messaging_001_saga",
            """
            create table saga (
              saga_type varchar not null,
              correlation_id uuid not null,
              version bigint not null,
              state varchar not null,
              due_at timestamptz,
              data jsonb not null,
              changed_at timestamptz not null default now(),
              primary key (saga_type, correlation_id));
            create index saga_due on saga (due_at) where due_at is not null;
            """
        );
}
