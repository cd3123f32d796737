namespace Platform.Messaging.Sagas;

/// <summary>What one kind of saga is called and how it is told that its time is over.</summary>
/// <param name="Endpoint">Its queue; also <c>saga_type</c> in the table.</param>
/// <param name="Deadline">Makes its deadline message.</param>
/// <param name="Settled">The state in which it waits for nothing and is deleted at its deadline; null for none.</param>
internal sealed record SagaRegistration<TInstance>(string Endpoint, Func<Guid, object> Deadline, string? Settled);
