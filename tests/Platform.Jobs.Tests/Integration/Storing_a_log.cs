using System.Net;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Jobs;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
[Trait("check", "JOB-07")]
public sealed class Storing_a_log(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    public async Task answers_with_the_stored_offset()
    {
        var id = await RunningAsync();

        Assert.Equal((HttpStatusCode.OK, 5L), await PostAsync(id, 0, "hello"));
        Assert.Equal((HttpStatusCode.OK, 11L), await PostAsync(id, 5, " world"));
        Assert.Equal("hello world", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs"));
    }

    [Theory]
    [InlineData(0, "hello")]
    [InlineData(0, "hello world")]
    [InlineData(3, "lo world")]
    [InlineData(6, "late")]
    [InlineData(long.MaxValue, "late")]
    [InlineData(long.MaxValue - 1, "late")]
    [InlineData(long.MaxValue, "")]
    public async Task stores_nothing_that_does_not_begin_at_the_stored_offset(long offset, string text)
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "hello");

        Assert.Equal((HttpStatusCode.Conflict, 5L), await PostAsync(id, offset, text));
        Assert.Equal("hello", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs"));
    }

    [Fact]
    [Trait("check", "LOG-02")]
    public async Task stores_one_of_many_equal_concurrent_requests()
    {
        var id = await RunningAsync();
        var chunks = Enumerable.Range(0, 20).Select(i => $"chunk {i:00}\n").ToList();
        foreach (var (text, i) in chunks.Select((text, i) => (text, i)))
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(id, i * 9L, text)));

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.All(answers, answer => Assert.Equal((i + 1) * 9L, answer.Offset));
        }

        Assert.Equal(string.Concat(chunks), await _host.Http.GetStringAsync($"/api/jobs/{id}/logs"));
    }

    [Fact]
    public async Task accepts_four_megabytes_and_not_more()
    {
        var id = await RunningAsync();
        var random = new Random(7);
        var bytes = new byte[4 * 1024 * 1024];
        random.NextBytes(bytes);

        using var stored = await _host.PostLogAsync(id, 0, bytes);
        // Asks before it sends: a server that refuses a body does not read it to its end.
        using var tooLong = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/jobs/{id}/logs?attempt=1&offset={bytes.Length}"
        )
        {
            Content = new ByteArrayContent(new byte[bytes.Length + 1]),
        };
        tooLong.Headers.ExpectContinue = true;
        using var refused = await _host.Http.SendAsync(tooLong);

        Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal(bytes, await _host.Http.GetByteArrayAsync($"/api/jobs/{id}/logs"));
        Assert.Equal(bytes[123_456..], await _host.Http.GetByteArrayAsync($"/api/jobs/{id}/logs?from=123456"));
    }

    [Fact]
    public async Task is_refused_before_the_attempt_is_placed_and_once_it_is_fenced()
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "first");
        using var early = await _host.PostLogAsync(id, 0, "x"u8.ToArray(), attempt: 2);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);

        await _host.Cluster.PublishAsync(TestCluster.Lost(id, 1));
        await _host.WaitForAsync(id, "running", attempt: 2);
        using var late = await _host.PostLogAsync(id, 5, "x"u8.ToArray(), attempt: 1);

        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal("application/problem+json", late.Content.Headers.ContentType!.MediaType);
        Assert.Equal("first", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs?attempt=1"));
    }

    [Fact]
    public async Task reports_whether_the_log_is_complete()
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "one\n");
        Assert.Equal(("4", "false", "1"), await HeadersAsync(id));

        using var last = await _host.PostLogAsync(id, 4, [], complete: true);
        using var again = await _host.PostLogAsync(id, 4, [], complete: true);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (last.StatusCode, again.StatusCode));
        Assert.Equal(("4", "true", "1"), await HeadersAsync(id));
        Assert.Equal((HttpStatusCode.Conflict, 4L), await PostAsync(id, 4, "too late"));
    }

    [Fact]
    public async Task returns_the_newest_attempt_with_a_log()
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "first\n");
        await _host.Cluster.PublishAsync(TestCluster.Lost(id, 1));
        await _host.WaitForAsync(id, "running", attempt: 2);
        Assert.Equal("first\n", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs"));

        using var second = await _host.PostLogAsync(id, 0, "second\n"u8.ToArray(), attempt: 2);
        Assert.Equal("second\n", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs"));
        Assert.Equal("first\n", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs?attempt=1"));
    }

    [Theory]
    [InlineData("attempt=0", HttpStatusCode.NotFound)]
    [InlineData("attempt=2", HttpStatusCode.NotFound)]
    [InlineData("attempt=x", HttpStatusCode.BadRequest)]
    [InlineData("from=-1", HttpStatusCode.BadRequest)]
    [InlineData("from=x", HttpStatusCode.BadRequest)]
    [InlineData("follow=maybe", HttpStatusCode.BadRequest)]
    [InlineData("from=99999999", HttpStatusCode.OK)]
    public async Task validates_the_parameters_of_a_read(string query, HttpStatusCode status)
    {
        var id = await RunningAsync();
        using var response = await _host.Http.GetAsync($"/api/jobs/{id}/logs?{query}");

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("attempt=1")]
    [InlineData("offset=0")]
    [InlineData("attempt=1&offset=-1")]
    [InlineData("attempt=one&offset=0")]
    [InlineData("attempt=1&offset=0&complete=perhaps")]
    public async Task needs_an_attempt_and_an_offset(string query)
    {
        var id = await RunningAsync();
        using var response = await _host.Http.PostAsync($"/api/jobs/{id}/logs?{query}", new ByteArrayContent([1]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task needs_a_job_that_exists()
    {
        using var response = await _host.PostLogAsync(Guid.CreateVersion7(), 0, [1]);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task answers_a_waiting_reader_when_more_comes()
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "ab");
        Assert.Equal("b", await _host.Http.GetStringAsync($"/api/jobs/{id}/logs?from=1&wait=true"));
        var waiting = _host.Http.GetAsync($"/api/jobs/{id}/logs?attempt=1&from=2&wait=true");

        await PostAsync(id, 2, "\r50%");

        using var response = await waiting;
        Assert.Equal("\r50%", await response.Content.ReadAsStringAsync());
        Assert.Equal("6", response.Headers.GetValues("X-Log-Offset").Single());
        Assert.Equal("false", response.Headers.GetValues("X-Log-Complete").Single());
    }

    private async Task<Guid> RunningAsync()
    {
        var id = await _host.SubmitAsync();
        await _host.WaitForAsync(id, "running");
        return id;
    }

    private async Task<(HttpStatusCode Status, long Offset)> PostAsync(Guid id, long offset, string text)
    {
        using var response = await _host.PostLogAsync(id, offset, Encoding.UTF8.GetBytes(text));
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<LogPosition>())!.Offset);
    }

    private async Task<(string Offset, string Complete, string Attempt)> HeadersAsync(Guid id)
    {
        using var response = await _host.Http.GetAsync($"/api/jobs/{id}/logs");
        return (
            response.Headers.GetValues("X-Log-Offset").Single(),
            response.Headers.GetValues("X-Log-Complete").Single(),
            response.Headers.GetValues("X-Log-Attempt").Single()
        );
    }
}
