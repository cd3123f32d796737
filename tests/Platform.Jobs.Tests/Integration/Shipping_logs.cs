using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Testing.Elastic;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Shipping_logs : IAsyncLifetime
{
    private const string Stream = "logs-platform.job-test";

    private readonly TestFolder _folder = new();
    private TestDatabase _database = null!;
    private JobsHost _host = null!;
    private StrictElasticsearch _server = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        _host = await JobsHost.StartAsync(_database);
        _server = await StrictElasticsearch.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _host.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
        Assert.Empty(_server.Offences);
    }

    [Fact]
    public async Task loses_no_line_and_doubles_none_while_everything_is_killed()
    {
        var jobs = new[] { await RunningAsync(), await RunningAsync() };
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        var offsets = jobs.ToDictionary(job => job, _ => 0L);
        JobsProcess? process = null;
        var killAt = -1;
        _server.OnRequest = (_, body) =>
        {
            if (body.Contains("platform.job\"", StringComparison.Ordinal) && Interlocked.Decrement(ref killAt) == 0)
            {
                // Its documents are stored; it never hears of that.
                process!.Kill();
            }

            return Task.FromResult<int?>(null);
        };

        for (var round = 0; round < 2; round++)
        {
            await WriteAsync(jobs, offsets, expected, lines: 20_000);
            var before = _server.Requests;
            killAt = 3;
            process = Start();
            await WaitFor.ConditionAsync(
                "the kill",
                () => Task.FromResult(killAt <= 0),
                describe: () => process.Output
            );
            await process.DisposeAsync();
            Assert.True(_server.Requests > before);
        }

        await WriteAsync(jobs, offsets, expected, lines: 5000);
        process = Start();
        await WaitFor.ConditionAsync(
            "some lines",
            () => Task.FromResult(_server.Documents(Stream).Count > 41_000),
            describe: () => process.Output
        );
        await _server.GoAwayAsync();
        await WriteAsync(jobs, offsets, expected, lines: 5000);
        await _server.ComeBackAsync();
        foreach (var job in jobs)
        {
            expected[$"{job:N}-1-0-{offsets[job]}"] = "no line break";
            using var last = await _host.PostLogAsync(job, offsets[job], "no line break"u8.ToArray(), complete: true);
            Assert.True(last.IsSuccessStatusCode);
        }

        await WaitFor.ConditionAsync(
            "all lines",
            () => Task.FromResult(_server.Documents(Stream).Count >= expected.Count),
            describe: () => $"{_server.Documents(Stream).Count} of {expected.Count}. {process.Output}"
        );
        await process.DisposeAsync();
        Assert.Equal(
            expected,
            _server.Streams[Stream].ToDictionary(d => d.Key, d => d.Value["message"]!.GetValue<string>())
        );
        Assert.True(_server.Repeats > 0, "What was sent again was recognised.");
        AssertFields(_server.Streams[Stream][$"{jobs[0]:N}-1-0-0"], jobs[0]);
        // The logs of the service itself go to their own stream.
        Assert.Contains(
            _server.Documents("logs-platform.service-test"),
            line => line["event.dataset"]!.GetValue<string>() == "platform.jobs"
        );
    }

    [Fact]
    public async Task have_the_time_at_which_each_line_was_stored_however_late_they_are_sent()
    {
        var job = await RunningAsync();
        long length = 0;
        foreach (var text in new[] { "first\n", "sec", "ond\nthird\n" })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            using var stored = await _host.PostLogAsync(job, length, bytes, complete: false);
            Assert.True(stored.IsSuccessStatusCode);
            length += bytes.Length;
        }

        await using (var source = Npgsql.NpgsqlDataSource.Create(_database.ConnectionString))
        {
            await using var command = source.CreateCommand(
                $"update jobs.log_chunk set stored_at = timestamptz '2026-01-01 10:00:00Z' + start_offset * interval '1 hour' where job_id = '{job}'"
            );
            Assert.Equal(3, await command.ExecuteNonQueryAsync());
        }

        await using var process = Start();
        await WaitFor.ConditionAsync(
            "all lines",
            () => Task.FromResult(_server.Documents(Stream).Count == 3),
            describe: () => process.Output
        );

        Assert.Equal(
            ["first 2026-01-01T10:00", "second 2026-01-01T16:00", "third 2026-01-01T19:00"],
            _server
                .Streams[Stream]
                .OrderBy(document => document.Value["log.offset"]!.GetValue<long>())
                .Select(document =>
                    $"{document.Value["message"]} {document.Value["@timestamp"]!.GetValue<string>()[..16]}"
                )
        );
    }

    private static void AssertFields(JsonObject document, Guid job)
    {
        Assert.Equal("platform.job", document["event.dataset"]!.GetValue<string>());
        Assert.Equal(job, document["platform.job.id"]!.GetValue<Guid>());
        Assert.Equal("digits", document["platform.job.name"]!.GetValue<string>());
        Assert.Equal("demo/digits", document["platform.job.project"]!.GetValue<string>());
        Assert.Equal(1, document["platform.job.attempt"]!.GetValue<int>());
        Assert.Equal(0, document["log.offset"]!.GetValue<int>());
        Assert.Equal("node-1", document["host.name"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", document["http.request.id"]!.GetValue<string>());
    }

    private JobsProcess Start() =>
        JobsProcess.Start(
            _database,
            $"Elasticsearch:Url={_server.Url}",
            "Elasticsearch:Namespace=test",
            $"Elasticsearch:SpoolFolder={_folder.Path}",
            "Elasticsearch:FlushInterval=00:00:00.100",
            "Elasticsearch:FirstPause=00:00:00.100",
            "Elasticsearch:LongestPause=00:00:00.500"
        );

    private async Task<Guid> RunningAsync()
    {
        var id = await _host.SubmitAsync();
        await _host.WaitForAsync(id, "running");
        return id;
    }

    private async Task WriteAsync(
        Guid[] jobs,
        Dictionary<Guid, long> offsets,
        Dictionary<string, string> expected,
        int lines
    )
    {
        foreach (var job in jobs)
        {
            var text = new StringBuilder();
            var start = offsets[job];
            for (var i = 0; i < lines / jobs.Length; i++)
            {
                var line = $"epoch {i.ToString(CultureInfo.InvariantCulture)} loss 0.{i} of a line as long as most are";
                expected[$"{job:N}-1-0-{start + text.Length}"] = line;
                text.Append(line).Append('\n');
            }

            using var stored = await _host.PostLogAsync(job, start, Encoding.ASCII.GetBytes(text.ToString()));
            Assert.True(stored.IsSuccessStatusCode);
            offsets[job] += text.Length;
        }
    }
}
