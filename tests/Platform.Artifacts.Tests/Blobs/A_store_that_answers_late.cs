using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;

namespace Platform.Artifacts.Tests.Blobs;

public sealed class A_store_that_answers_late : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("late-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task does_not_keep_the_service_from_starting()
    {
        var store = new LateStore(failures: 3);
        var intake = new BlobIntake(Options.Create(new ArtifactsOptions { Folder = _folder }));
        using var service = new BlobStoreService(store, intake, NullLogger<BlobStoreService>.Instance)
        {
            RetryAfter = TimeSpan.FromMilliseconds(10),
        };

        await service.StartAsync(CancellationToken.None);
        var atFirst = await service.CheckHealthAsync(new HealthCheckContext());
        store.MayAnswer.SetResult();
        await WaitFor.ConditionAsync(
            "the store to be ready",
            async () => (await service.CheckHealthAsync(new HealthCheckContext())).Status is HealthStatus.Healthy
        );
        await service.StopAsync(CancellationToken.None);

        Assert.Equal(HealthStatus.Unhealthy, atFirst.Status);
        Assert.Equal(4, store.Attempts);
    }

    /// <summary>Fails the first attempts; all but the very first wait until the test has looked.</summary>
    private sealed class LateStore(int failures) : IBlobStore
    {
        public TaskCompletionSource MayAnswer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Attempts { get; private set; }

        public async Task PrepareAsync(CancellationToken cancellationToken)
        {
            if (++Attempts > 1)
            {
                await MayAnswer.Task;
            }

            if (Attempts <= failures)
            {
                throw new HttpRequestException("Connection refused.");
            }
        }

        public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task DeleteAsync(BlobName name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long?> FindSizeAsync(BlobName name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
