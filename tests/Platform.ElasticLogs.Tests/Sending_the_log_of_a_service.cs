using System.Globalization;

namespace Platform.ElasticLogs.Tests;

public sealed class Sending_the_log_of_a_service : IAsyncLifetime
{
    private const string Stream = "logs-platform.service-default";

    private readonly TestFolder _folder = new();
    private StrictElasticsearch _server = null!;

    public async Task InitializeAsync() => _server = await StrictElasticsearch.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.Empty(_server.Offences);
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task reaches_the_data_stream_and_ends_with_the_process()
    {
        await using var sender = Sender.Create(_server, _folder);
        await sender.StartAsync();
        await WaitFor.ConditionAsync("its start", () => Task.FromResult(Directory.Exists(_folder.In("jobs"))));
        Write(sender, 0, 5000);
        await sender.StopAsync();

        AssertHas(5000);
    }

    [Fact]
    public async Task waits_on_disk_through_an_outage_and_through_the_end_of_the_process()
    {
        await _server.GoAwayAsync();
        await using (var sender = Sender.Create(_server, _folder))
        {
            await sender.StartAsync();
            for (var i = 0; i < 30; i++)
            {
                Write(sender, i * 1000, 1000);
                await Task.Delay(15);
            }

            await sender.StopAsync();
            Assert.Single(sender.Lines.All);
        }

        await _server.ComeBackAsync();
        await using var next = Sender.Create(_server, _folder);
        await next.StartAsync();
        await WaitForAsync(30_000);
        await next.StopAsync();

        AssertHas(30_000);
        Assert.Equal(["owner"], Directory.GetFiles(_folder.In("jobs")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task loses_nothing_and_doubles_nothing_while_the_server_refuses_at_random()
    {
        var random = new Random(7);
        _server.OnRequest = (_, _) => Task.FromResult<int?>(random.Next(3) == 0 ? 503 : null);
        _server.OnDocument = _ => random.Next(10) == 0 ? 429 : null;
        await using var sender = Sender.Create(_server, _folder);
        await sender.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            Write(sender, i * 500, 500);
            await Task.Delay(10);
        }

        await WaitForAsync(5000);
        await sender.StopAsync();
        AssertHas(5000);
    }

    [Fact]
    public async Task drops_the_oldest_beyond_the_bound_of_the_spool_and_says_so_once()
    {
        await _server.GoAwayAsync();
        await using var sender = Sender.Create(_server, _folder, spoolMegabytes: 1);
        await sender.StartAsync();
        var text = new string('x', 1000);
        for (var i = 0; i < 5000; i++)
        {
            sender.Log($"{i} {text}");
            if (i % 500 == 0)
            {
                await Task.Delay(20);
            }
        }

        await WaitFor.ConditionAsync(
            "a line about what is dropped",
            () => Task.FromResult(sender.Lines.All.Any(line => line.Contains("are dropped", StringComparison.Ordinal)))
        );
        await sender.StopAsync();
        var bytes = Directory.GetFiles(_folder.In("jobs")).Sum(path => new FileInfo(path).Length);
        Assert.InRange(bytes, 500_000, 1024 * 1024);

        await _server.ComeBackAsync();
        await using var next = Sender.Create(_server, _folder);
        await next.StartAsync();
        await WaitFor.ConditionAsync("the newest line", () => Task.FromResult(Numbers().Contains(4999)));
        await next.StopAsync();
        Assert.Single(sender.Lines.All, line => line.Contains("are dropped", StringComparison.Ordinal));
        Assert.DoesNotContain(0, Numbers());
    }

    [Fact]
    public async Task never_waits_however_much_is_logged()
    {
        await _server.GoAwayAsync();
        await using var sender = Sender.Create(_server, _folder);

        // Nothing takes the entries: the host was not started.
        Write(sender, 0, 50_000);

        Assert.Equal(30_000, sender.Queue.TakeDropped());
    }

    [Fact]
    public void leaves_out_what_was_written_half()
    {
        using (var spool = LogSpool.Open(_folder.Path, "jobs", 1024 * 1024, TimeProvider.System))
        {
            spool.Append([Sender.Document("a-1"), Sender.Document("a-2")]);
        }

        var file = Directory.GetFiles(_folder.In("jobs"), "*.ndjson").Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^10]);
        using var next = LogSpool.Open(_folder.Path, "jobs", 1024 * 1024, TimeProvider.System);
        next.Append([Sender.Document("a-3")]);

        var (part, documents) = next.ReadOldest()!.Value;
        Assert.Equal("a-1", Assert.Single(documents).Id);
        next.Remove(part);
        Assert.Equal("a-3", Assert.Single(next.ReadOldest()!.Value.Documents).Id);
    }

    [Fact]
    public void has_a_folder_of_its_own_for_each_process()
    {
        using var first = LogSpool.Open(_folder.Path, "jobs", 1024 * 1024, TimeProvider.System);
        using var second = LogSpool.Open(_folder.Path, "jobs", 1024 * 1024, TimeProvider.System);

        Assert.Equal(["jobs", "jobs-2"], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order());
    }

    private static void Write(Sender sender, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            sender.Log(i.ToString(CultureInfo.InvariantCulture));
        }
    }

    private HashSet<int> Numbers() =>
        [
            .. _server
                .Documents(Stream)
                .Select(document =>
                    int.Parse(document["message"]!.GetValue<string>().Split(' ')[0], CultureInfo.InvariantCulture)
                ),
        ];

    private Task<int> WaitForAsync(int documents) =>
        WaitFor.ValueAsync(
            $"{documents} documents",
            () => Task.FromResult(_server.Documents(Stream).Count),
            count => count >= documents
        );

    private void AssertHas(int documents)
    {
        Assert.Equal(documents, _server.Documents(Stream).Count);
        Assert.Equal(documents, Numbers().Count);
    }
}
