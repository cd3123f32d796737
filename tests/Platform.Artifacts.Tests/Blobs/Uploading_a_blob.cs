using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Blobs;

[Trait("suite", "integration")]
public sealed class Uploading_a_blob(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    public async Task answers_201_the_first_time_and_200_afterwards()
    {
        var bytes = ArtifactsHost.RandomBytes(100_000);
        var sha256 = ArtifactsHost.Sha256(bytes);

        using var first = await host.PutBlobAsync(sha256, bytes);
        using var second = await host.PutBlobAsync(sha256, bytes);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(
            new StoredBlob { Sha256 = sha256, Size = 100_000 },
            await second.Content.ReadFromJsonAsync<StoredBlob>()
        );
    }

    [Fact]
    public async Task is_told_by_HEAD_whether_it_is_needed()
    {
        var bytes = ArtifactsHost.RandomBytes(1234);
        var path = $"/api/artifacts/blobs/{ArtifactsHost.Sha256(bytes)}";
        using var before = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        await host.UploadAsync("a", bytes);

        using var after = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal(1234, after.Content.Headers.ContentLength);
        Assert.Equal($"\"{ArtifactsHost.Sha256(bytes)}\"", after.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task sends_nothing_when_it_asks_first_and_the_bytes_are_there()
    {
        var bytes = ArtifactsHost.RandomBytes(1000);
        await host.UploadAsync("a", bytes);
        using var connection = new TcpClient(host.Address.Host, host.Address.Port);
        var stream = connection.GetStream();

        await WriteHeadAsync(stream, ArtifactsHost.Sha256(bytes), 1000, "Expect: 100-continue\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await ReadLineAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_an_empty_file_is_fine()
    {
        var file = await host.UploadAsync("empty", []);

        Assert.Empty(await host.Http.GetByteArrayAsync($"/api/artifacts/blobs/{file.Sha256}"));
    }

    [Fact]
    public async Task with_other_bytes_than_its_name_says_is_refused_and_nothing_is_kept()
    {
        var bytes = ArtifactsHost.RandomBytes(2_000_000);
        var sha256 = ArtifactsHost.Sha256(bytes);
        bytes[1_500_000] ^= 1;

        using var response = await host.PutBlobAsync(sha256, bytes);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            "/problems/blob.checksum-mismatch",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        await NothingIsKeptAsync(sha256);
        await NothingIsKeptAsync(ArtifactsHost.Sha256(bytes));
    }

    [Fact]
    public async Task that_ends_before_its_length_is_cut_off_and_nothing_is_kept()
    {
        var bytes = ArtifactsHost.RandomBytes(100_000);
        using var connection = new TcpClient(host.Address.Host, host.Address.Port);
        var stream = connection.GetStream();

        await WriteHeadAsync(stream, ArtifactsHost.Sha256(bytes), bytes.Length);
        await stream.WriteAsync(bytes.AsMemory(0, 60_000));
        connection.Client.Shutdown(SocketShutdown.Send);

        // Kestrel gives no answer on a connection whose client ended in the middle of a request.
        Assert.Equal("the connection was closed", await ReadLineAsync(stream));
        await NothingIsKeptAsync(ArtifactsHost.Sha256(bytes));
    }

    [Fact]
    public async Task that_lacks_its_end_is_refused_and_nothing_is_kept()
    {
        var bytes = ArtifactsHost.RandomBytes(100_000);
        using var body = new StreamContent(new MemoryStream(bytes[..60_000]));
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            $"/api/artifacts/blobs/{ArtifactsHost.Sha256(bytes)}"
        );
        request.Content = body;
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("60000 bytes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await NothingIsKeptAsync(ArtifactsHost.Sha256(bytes));
    }

    [Fact]
    public async Task whose_client_disappears_leaves_nothing()
    {
        var bytes = ArtifactsHost.RandomBytes(5_000_000);
        using (var connection = new TcpClient(host.Address.Host, host.Address.Port))
        {
            var stream = connection.GetStream();
            await WriteHeadAsync(stream, ArtifactsHost.Sha256(bytes), bytes.Length);
            await stream.WriteAsync(bytes.AsMemory(0, 3_000_000));
            await WaitFor.ConditionAsync("the upload to have begun", () => Task.FromResult(Incoming.Length > 0));
            // Reset instead of a polite end.
            connection.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        await NothingIsKeptAsync(ArtifactsHost.Sha256(bytes));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    public async Task under_a_name_that_is_no_hash_is_refused(string name)
    {
        using var put = await host.PutBlobAsync(name, []);
        using var get = await host.Http.GetAsync($"/api/artifacts/blobs/{name}");

        Assert.Equal(HttpStatusCode.BadRequest, put.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, get.StatusCode);
    }

    [Fact]
    public async Task mends_a_blob_whose_bytes_were_lost()
    {
        var bytes = ArtifactsHost.RandomBytes(500);
        var file = await host.UploadAsync("a", bytes);
        File.Delete(Path.Combine(host.Folder, "blobs", file.Sha256[..2], file.Sha256[2..]));
        using var lost = await host.Http.GetAsync($"/api/artifacts/blobs/{file.Sha256}");

        using var again = await host.PutBlobAsync(file.Sha256, bytes);

        Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(bytes, await host.Http.GetByteArrayAsync($"/api/artifacts/blobs/{file.Sha256}"));
    }

    [Fact]
    [Trait("check", "ART-05")]
    public async Task can_be_read_in_ranges_and_resumed_after_a_cut()
    {
        var bytes = ArtifactsHost.RandomBytes(200_000);
        var path = $"/api/artifacts/blobs/{(await host.UploadAsync("a", bytes)).Sha256}";

        using var head = await GetRangeAsync(path, new RangeHeaderValue(0, 99_999));
        using var rest = await GetRangeAsync(path, new RangeHeaderValue(100_000, null), head.Headers.ETag);
        using var tail = await GetRangeAsync(path, new RangeHeaderValue(null, 10));
        using var beyond = await GetRangeAsync(path, new RangeHeaderValue(200_000, null));
        using var changed = await GetRangeAsync(
            path,
            new RangeHeaderValue(5, 9),
            new EntityTagHeaderValue("\"another\"")
        );

        Assert.Equal(HttpStatusCode.PartialContent, head.StatusCode);
        byte[] joined = [.. await head.Content.ReadAsByteArrayAsync(), .. await rest.Content.ReadAsByteArrayAsync()];
        Assert.Equal(bytes, joined);
        Assert.Equal(bytes[^10..], await tail.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    private string[] Incoming => Directory.GetFiles(host.Incoming);

    private async Task<HttpResponseMessage> GetRangeAsync(
        string path,
        RangeHeaderValue range,
        EntityTagHeaderValue? ifRange = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = range;
        request.Headers.IfRange = ifRange is null ? null : new RangeConditionHeaderValue(ifRange);
        return await host.Http.SendAsync(request);
    }

    private async Task NothingIsKeptAsync(string sha256)
    {
        await WaitFor.ConditionAsync(
            "the temporary files to be gone",
            () => Task.FromResult(Incoming.Length == 0),
            describe: () => string.Join(", ", Incoming)
        );
        using var response = await host.Http.GetAsync($"/api/artifacts/blobs/{sha256}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.False(File.Exists(Path.Combine(host.Folder, "blobs", sha256[..2], sha256[2..])));
    }

    private static async Task WriteHeadAsync(NetworkStream stream, string sha256, int length, string more = "") =>
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"PUT /api/artifacts/blobs/{sha256} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SignedIn.As(SignedIn.Administrator)}\r\nContent-Length: {length}\r\n{more}\r\n"
            )
        );

    private static async Task<string> ReadLineAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await reader.ReadLineAsync(limit.Token) ?? "the connection was closed";
        }
        catch (IOException)
        {
            return "the connection was closed";
        }
    }
}
