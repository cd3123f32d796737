using System.Net;

namespace Platform.Gateway.Tests.Proxy;

/// <summary>The memory of the process is looked at: no other test runs beside this one.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

[Collection("alone")]
[Trait("suite", "integration")]
public sealed class Passing_an_upload_on : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task of_any_length_holds_none_of_it()
    {
        const int Chunk = 1 << 20;
        const int Chunks = 200;
        var service = _gateway["artifacts"];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        using var content = new FlowingContent(
            Chunk,
            Chunks,
            async sent =>
            {
                // The next part is sent only when the service has nearly all of the last ones: nothing in between keeps them.
                await WaitFor.ConditionAsync(
                    "the service to receive what was sent",
                    () => Task.FromResult(service.Received >= sent - (4 * Chunk))
                );
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
            }
        );

        using var answer = await _gateway.Client.PutAsync("/api/artifacts/blobs/abc", content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{(long)Chunk * Chunks}", await answer.Content.ReadAsStringAsync());
        Assert.True(peak < 64 << 20, $"The heap grew by {peak >> 20} MiB while {Chunks} MiB passed.");
    }

    /// <summary>A body made while it is sent.</summary>
    private sealed class FlowingContent(int size, int count, Func<long, Task> afterChunk) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[size];
            for (var i = 1; i <= count; i++)
            {
                await stream.WriteAsync(chunk);
                await stream.FlushAsync();
                await afterChunk((long)i * size);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
