using System.Text;
using CsCheck;
using Platform.Jobs.LogSearch;

namespace Platform.Jobs.Tests.LogSearch;

/// <summary>On the tables themselves; that something is found must not depend on what is indexed.</summary>
[Trait("suite", "integration")]
public sealed class Searching_logs_by_an_index : WithJobsHost
{
    private static readonly string[] _words =
    [
        "epoch",
        "loss",
        "nan",
        "CUDA",
        "error",
        "RuntimeError",
        "错误",
        "显存不足",
        "É",
        "🙂",
        "x",
        "100%",
        "a_b",
        "0.123",
        "\"q\"",
        "\u001b[31mred\u001b[0m",
    ];

    private static readonly string[] _queries =
    [
        "nan",
        "error",
        "ERROR cuda",
        "错误",
        "不足",
        "é",
        "🙂",
        "x",
        "100%",
        "a_b",
        "\\\"q\\\"",
        "red",
        "\"epoch loss\"",
        "zebra",
        "0.12",
    ];

    private LogWorld World { get; set; } = null!;

    private protected override (string Key, string Value)[] Settings => LogWorld.Settings;

    /// <summary>Logs grow in pieces of any length while parts of them are indexed; pages are of any length.</summary>
    [Fact]
    public Task finds_what_reading_line_by_line_finds() =>
        Gen.Int[0, int.MaxValue - 1]
            .SampleAsync(
                async seed =>
                {
                    World = new LogWorld(Host);
                    await World.ExecuteAsync("delete from job_summary");
                    var random = new Random(seed);
                    await GrowAsync(random);
                    foreach (var query in _queries)
                    {
                        var expected = await World.ReadAllAsync(line => Matches(query, line));
                        var found = await World.SearchAllAsync(
                            query,
                            limit: random.Next(1, 60) * (expected.Count > 500 ? 10 : 1),
                            time: random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(1),
                            between: () => World.IndexAsync(steps: 1)
                        );

                        Assert.True(
                            expected.SequenceEqual(found),
                            $"'{query}': {expected.Count} by reading, {found.Count} by searching"
                        );
                    }
                },
                iter: 3,
                threads: 1
            );

    [Fact]
    public async Task finds_a_word_in_lines_of_before_the_upgrade()
    {
        World = new LogWorld(Host);
        var log = await World.AddJobAsync();
        await World.AppendAsync(log, "old needle\n" + Filler(400_000));
        await World.ExecuteAsync("update log_chunk set stored_at = null; update log_state set appended_at = null;");
        var before = await World.SearchAsync("needle");
        await World.IndexAsync();
        var after = await World.SearchAsync("needle");

        Assert.Equal(before.Lines, after.Lines);
        Assert.Equal(1, Assert.Single(after.Lines).Number);
        Assert.True(await World.ReadAsync<long>("select count(*) from log_range") > 0);
    }

    [Fact]
    public async Task finds_one_line_of_many_groups_and_deletes_them_with_their_jobs()
    {
        World = new LogWorld(Host);
        var logs = new List<Platform.Jobs.Logs.LogKey>();
        for (var i = 0; i < 5; i++)
        {
            var log = await World.AddJobAsync();
            logs.Add(log);
            await World.AppendAsync(log, Random(i, 3 * 1024 * 1024) + $"the needle {i}\n" + Random(i + 50, 2000));
        }

        await World.IndexAsync();
        Assert.Equal(
            LogSignature.Bits / LogIndex.SlicePlaces,
            await World.ReadAsync<long>(
                "select count(*) from log_slice where group_id = (select min(group_id) from log_slice)"
            )
        );
        Assert.Equal(5, (await World.SearchAsync("needle")).Lines.Count);
        Assert.Equal(logs[2].JobId, Assert.Single((await World.SearchAsync("\"needle 2\"")).Lines).Place.JobId);

        var index = new LogIndex(Host.Store);
        foreach (var log in logs)
        {
            await index.DeleteAsync(log.JobId, default);
        }

        foreach (var table in new[] { "log_range", "log_bucket", "log_slice" })
        {
            Assert.Equal((table, 0), (table, await World.ReadAsync<long>($"select count(*) from {table}")));
        }
    }

    [Fact]
    public async Task gives_what_it_found_when_its_time_is_over_and_goes_on_from_there()
    {
        World = new LogWorld(Host);
        var log = await World.AddJobAsync();
        var lines = string.Concat(
            Enumerable
                .Range(0, 60_000)
                .Select(i => $"line {i} of a log that is long, ab{(i % 20_000 == 5 ? " q!" : "")}\n")
        );
        await World.AppendAsync(log, lines);
        await World.EndAsync(log);
        await World.IndexAsync();

        var first = await World.SearchAsync("q!", time: TimeSpan.Zero);
        var found = await World.SearchAllAsync("q!", time: TimeSpan.Zero);

        Assert.False(first.IsComplete);
        Assert.NotNull(first.Next);
        Assert.Equal([40_006, 20_006, 6], found.Select(line => line.Number));
    }

    [Fact]
    public async Task says_how_much_is_not_searched_before_it_is_indexed()
    {
        World = new LogWorld(Host);
        var log = await World.AddJobAsync();
        await World.AppendAsync(log, "needle\n" + Filler(17 * 1024 * 1024));

        var before = await World.SearchAsync("needle");
        await World.IndexAsync();
        var after = await World.SearchAsync("needle");

        Assert.Empty(before.Lines);
        Assert.InRange(before.UnsearchedBytes, 17 * 1024 * 1024, 18 * 1024 * 1024);
        Assert.Single(after.Lines);
        Assert.Equal(0, after.UnsearchedBytes);
    }

    /// <summary>Two that index at once, and one that ended between its steps: what they store fits, or is not stored.</summary>
    [Fact]
    public async Task finds_each_line_once_whoever_indexed_it()
    {
        World = new LogWorld(Host);
        var other = new LogWorld(Host);
        for (var i = 0; i < 3; i++)
        {
            var log = await World.AddJobAsync();
            await World.AppendAsync(log, Filler(1_000_000) + "the needle\n" + Filler(1_000_000));
        }

        await Task.WhenAll(
            World.IndexAsync(),
            other.IndexAsync(),
            World.IndexAsync(steps: 1),
            other.IndexAsync(steps: 2)
        );
        await World.IndexAsync();

        Assert.Equal(3, (await World.SearchAsync("needle")).Lines.Count);
        Assert.Equal(
            0,
            await World.ReadAsync<long>(
                """
                select count(*) from log_range a join log_range b using (job_id, attempt, rank)
                where a.from_offset < b.from_offset and b.from_offset < a.to_offset
                """
            )
        );
        Assert.Equal(
            await World.ReadAsync<decimal>("select sum(indexed_offset) from log_state"),
            await World.ReadAsync<decimal>("select sum(to_offset - from_offset) from log_range")
        );
    }

    [Fact]
    public async Task indexes_many_short_logs_together()
    {
        World = new LogWorld(Host);
        for (var i = 0; i < 300; i++)
        {
            var log = await World.AddJobAsync();
            await World.AppendAsync(log, $"short log {i}");
            await World.EndAsync(log);
        }

        await World.IndexAsync();

        Assert.Equal(1, await World.ReadAsync<long>("select count(*) from log_bucket"));
        Assert.Equal(300, (await World.SearchAllAsync("short")).Count);
    }

    [Fact]
    public async Task cuts_a_line_without_end_as_the_page_of_a_job_does()
    {
        World = new LogWorld(Host);
        var log = await World.AddJobAsync();
        await World.AppendAsync(
            log,
            new string('a', 65_535) + "é needle " + new string('b', 300_000) + "\nlast needle\n"
        );
        var before = await World.SearchAsync("needle");
        await World.IndexAsync();
        var after = await World.SearchAsync("needle");

        Assert.Equal(before.Lines, after.Lines);
        Assert.Equal([7, 2], after.Lines.Select(line => line.Number));
        Assert.Equal(65_535, after.Lines[1].Place.Offset);
    }

    private async Task GrowAsync(Random random)
    {
        var logs = new List<Platform.Jobs.Logs.LogKey>();
        for (var i = 0; i < 4; i++)
        {
            logs.Add(await World.AddJobAsync(rank: i % 2));
        }

        for (var step = 0; step < 60; step++)
        {
            var log = logs[random.Next(logs.Count)];
            var text = new StringBuilder();
            var length = random.Next(4) == 0 ? random.Next(150_000) : random.Next(300);
            while (text.Length < length)
            {
                text.Append(_words[random.Next(_words.Length)])
                    .Append(" \n\n\r-"[random.Next(5)])
                    .Append(random.Next(10) == 0 ? new string('.', random.Next(3000)) : "");
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            // Characters, lines and escape sequences are cut anywhere.
            for (var from = 0; from < bytes.Length; )
            {
                var end = Math.Min(bytes.Length, from + random.Next(1, 80_000));
                await World.AppendAsync(log, bytes[from..end]);
                from = end;
            }

            if (random.Next(8) == 0)
            {
                await World.IndexAsync(random.Next(1, 4));
            }
        }

        await World.EndAsync(logs[0]);
    }

    private static bool Matches(string query, string line) =>
        (
            query switch
            {
                "ERROR cuda" => (string[])["error", "cuda"],
                "\\\"q\\\"" => ["\"q\""],
                "\"epoch loss\"" => ["epoch loss"],
                _ => [query],
            }
        ).All(term => line.ToUpperInvariant().Contains(term.ToUpperInvariant(), StringComparison.Ordinal));

    private static string Filler(int length)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < length; i++)
        {
            text.Append("epoch ").Append(i).Append(" loss 0.").Append(i * 7919 % 10_000).Append('\n');
        }

        return text.ToString();
    }

    private static string Random(int seed, int length)
    {
        var bytes = new byte[length / 2];
        new Random(seed).NextBytes(bytes);
        return string.Join('\n', Convert.ToBase64String(bytes).Chunk(100).Select(line => new string(line))) + "\n";
    }
}
