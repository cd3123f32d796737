using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Messaging.Tests.Sagas;

internal sealed record SampleSagaRow(long Version, string State, DateTimeOffset? DueAt);

/// <summary>A process that runs sagas, and what it published.</summary>
internal sealed class SampleSagaService(MessagingDatabase database) : IAsyncDisposable
{
    private TestHost? _host;

    public Gate Gate { get; } = new();

    public Recorder<Stepped> Published { get; } = new();

    public Recorder<Fault> Faults { get; } = new();

    public static async Task<SampleSagaService> StartAsync(MessagingDatabase database, FakeClock clock)
    {
        var service = new SampleSagaService(database);
        service._host = await TestHost.StartAsync(
            bus =>
            {
                bus.AddServiceSaga<SampleStateMachine, SampleSaga, TestStore>(
                    "test-saga",
                    id => new SampleSagaDue(id),
                    settled: "Settled"
                );
                bus.AddServiceConsumer<RecordStepped>("test");
                bus.AddServiceConsumer<RecordFault>("test");
            },
            services =>
                services
                    .AddSingleton(database.Store)
                    .AddSingleton<TimeProvider>(clock)
                    .AddSingleton(service.Gate)
                    .AddSingleton(service.Published)
                    .AddSingleton(service.Faults)
        );
        return service;
    }

    public Task PublishAsync<T>(T message)
        where T : class => _host!.Bus.Publish(message);

    public async Task<SampleSagaRow?> RowAsync(Guid id)
    {
        await using var command = database.DataSource.CreateCommand(
            "select version, state, due_at from saga where saga_type = 'test-saga' and correlation_id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new SampleSagaRow(
                reader.GetInt64(0),
                reader.GetString(1),
                await reader.IsDBNullAsync(2) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(2)
            )
            : null;
    }

    public Task<SampleSagaRow?> RowAtVersionAsync(Guid id, long version) =>
        WaitFor.ValueAsync($"version {version} of the saga", () => RowAsync(id), row => row?.Version == version);

    public async Task<SampleSaga?> LoadAsync(Guid id) =>
        await _host!.Services.GetRequiredService<ILoadSagaRepository<SampleSaga>>().Load(id);

    public async ValueTask DisposeAsync()
    {
        Gate.Release();
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

internal sealed class RecordStepped(Recorder<Stepped> recorder) : IConsumer<Stepped>
{
    public Task Consume(ConsumeContext<Stepped> context)
    {
        recorder.Add(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class RecordFault(Recorder<Fault> recorder) : IConsumer<Fault>
{
    public Task Consume(ConsumeContext<Fault> context)
    {
        recorder.Add(context.Message);
        return Task.CompletedTask;
    }
}
