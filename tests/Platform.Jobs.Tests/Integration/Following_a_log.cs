using System.Diagnostics;
using System.Text;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Following_a_log(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    [Trait("check", "LOG-01")]
    public async Task sends_the_first_line_within_a_second_to_a_waiting_client()
    {
        var grant = _host.Cluster.OnRequest;
        _host.Cluster.OnRequest = _ => null;
        var id = await _host.SubmitAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs");
        _host.Cluster.OnRequest = grant;
        await _host.WaitForAsync(id, "running");

        await AppendAsync(id, 0, "first\n");
        // Within a second on an idle machine; other tests may slow it down.
        var line = await stream.NextAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(new ServerEvent("message", "6", "first"), line);
    }

    [Fact]
    public async Task sends_immediately_what_another_replica_stored()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true");

        // Stored as by another process, without the signals of this one.
        await using var command = _host.Store.DataSource.CreateCommand(
            """
            with state as (insert into log_state (job_id, attempt, next_offset, complete) values ($1, 1, 6, false))
            insert into log_chunk (job_id, attempt, start_offset, bytes) values ($1, 1, 0, convert_to(E'other\n', 'UTF8'))
            """
        );
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();

        // Only polling the table finds it.
        Assert.Equal("other", (await stream.NextAsync())!.Data);
    }

    [Fact]
    public async Task sends_the_last_line_and_the_end_when_the_job_has_ended()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true");
        await AppendAsync(id, 0, "one\ntw");
        Assert.Equal("one", (await stream.NextAsync())!.Data);
        await AppendAsync(id, 6, "o", complete: true);
        await _host.Cluster.ExitAsync(id);

        Assert.Equal(new ServerEvent("message", "7", "two"), await stream.NextAsync());
        Assert.Equal("end", (await stream.NextAsync())!.Name);
        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    [Trait("check", "LOG-04")]
    public async Task sends_an_incomplete_progress_bar_to_a_client_that_requests_it()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true&progress=true");
        await AppendAsync(id, 0, "10%");
        Assert.Equal(new ServerEvent("progress", null, "10%"), await stream.NextAsync());
        await AppendAsync(id, 3, "\r50%");
        Assert.Equal(new ServerEvent("progress", null, "50%"), await stream.NextAsync());
        await AppendAsync(id, 7, "\r100%\n");
        Assert.Equal(new ServerEvent("message", "13", "100%"), await stream.NextAsync());
    }

    [Fact]
    public async Task of_one_attempt_ends_with_that_attempt()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true&attempt=1");
        await AppendAsync(id, 0, "one\n", complete: true);

        Assert.Equal("one", (await stream.NextAsync())!.Data);
        Assert.Equal("end", (await stream.NextAsync())!.Name);
    }

    [Fact]
    public async Task continues_with_the_next_attempt_and_resumes_in_it()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true");
        await AppendAsync(id, 0, "one\nbroken");
        Assert.Equal("one", (await stream.NextAsync())!.Data);

        await _host.Cluster.PublishAsync(TestCluster.Lost(id, 1));
        await _host.WaitForAsync(id, "running", attempt: 2);
        await AppendAsync(id, 0, "two\nthree\n", attempt: 2, complete: true);

        Assert.Equal(new ServerEvent("message", "10", "broken"), await stream.NextAsync());
        Assert.Equal(new ServerEvent("attempt", "0@2", "2"), await stream.NextAsync());
        var two = await stream.NextAsync();
        Assert.Equal(new ServerEvent("message", "4@2", "two"), two);

        using var resumed = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true", two!.Id);
        Assert.Equal("three", (await resumed.NextAsync())!.Data);
        using var fromTheFirst = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true", "4");
        Assert.Equal("broken", (await fromTheFirst.NextAsync())!.Data);
        Assert.Equal("attempt", (await fromTheFirst.NextAsync())!.Name);

        await _host.Cluster.ExitAsync(id, attempt: 2);
        Assert.Equal("three", (await stream.NextAsync())!.Data);
        Assert.Equal("end", (await stream.NextAsync())!.Name);
    }

    [Fact]
    [Trait("check", "LOG-02")]
    [Trait("check", "JOB-07")]
    public async Task sends_a_hundred_thousand_lines_in_order_over_disconnects()
    {
        const int Lines = 100_000;
        var id = await RunningAsync();
        var log = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, Lines).Select(i => $"step {i} loss {i * 0.5}\n"))
        );
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < log.Length; at += 100_003)
            {
                var end = Math.Min(at + 100_003, log.Length);
                await AppendAsync(id, at, log[at..end], complete: end == log.Length);
            }
        });

        var received = new List<string>(Lines);
        string? lastId = null;
        var watch = Stopwatch.StartNew();
        // Disconnects repeatedly in the middle of the stream.
        while (received.Count < Lines)
        {
            using var stream = await EventStream.OpenAsync(
                _host.Http,
                $"/api/jobs/{id}/logs?follow=true&attempt=1",
                lastId
            );
            for (var i = 0; i < 23_456 && received.Count < Lines; i++)
            {
                var next = (await stream.NextAsync())!;
                received.Add(next.Data);
                lastId = next.Id;
            }
        }

        await writing;
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"step {i} loss {i * 0.5}"), received);
        Assert.Equal(log.Length.ToString(), lastId);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
        Assert.Equal(log, await _host.Http.GetByteArrayAsync($"/api/jobs/{id}/logs"));
    }

    [Fact]
    public async Task works_for_many_clients_at_once()
    {
        var id = await RunningAsync();
        var streams = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true"))
        );
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync(id, i * 2, $"{i}\n");
        }

        await _host.Cluster.ExitAsync(id);
        foreach (var stream in streams)
        {
            Assert.Equal(
                Enumerable.Range(0, 10).Select(i => $"{i}"),
                (await stream.ReadToEndAsync()).Select(e => e.Data)
            );
            stream.Dispose();
        }
    }

    [Fact]
    public async Task resumes_from_an_offset()
    {
        var id = await RunningAsync();
        await AppendAsync(id, 0, "one\ntwo\nthree\n", complete: true);

        using var stream = await EventStream.OpenAsync(_host.Http, $"/api/jobs/{id}/logs?follow=true&attempt=1&from=4");

        Assert.Equal(["two", "three"], (await stream.ReadToEndAsync()).Select(e => e.Data));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(long.MaxValue)]
    public async Task sends_nothing_from_beyond_the_end(long offset)
    {
        var id = await RunningAsync();
        await AppendAsync(id, 0, "one\ntwo\nthree\n", complete: true);

        using var stream = await EventStream.OpenAsync(
            _host.Http,
            $"/api/jobs/{id}/logs?follow=true&attempt=1&from={offset}"
        );

        Assert.Empty(await stream.ReadToEndAsync());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1@x")]
    [InlineData("1@9")]
    [InlineData("-1")]
    public async Task refuses_an_invalid_event_id(string lastEventId)
    {
        var id = await RunningAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/logs?follow=true");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        using var response = await _host.Http.SendAsync(request);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<Guid> RunningAsync()
    {
        var id = await _host.SubmitAsync();
        await _host.WaitForAsync(id, "running");
        return id;
    }

    private Task AppendAsync(Guid id, long offset, string text, int attempt = 1, bool complete = false) =>
        AppendAsync(id, offset, Encoding.UTF8.GetBytes(text), attempt, complete);

    private async Task AppendAsync(Guid id, long offset, byte[] bytes, int attempt = 1, bool complete = false)
    {
        using var response = await _host.PostLogAsync(id, offset, bytes, complete, attempt);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
