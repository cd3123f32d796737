namespace Platform.Cli.Tests.Jobs;

public sealed class Searching_logs
{
    private const string Job = "019a0000-0000-7000-8000-00000000aaaa";

    private const string Page = $$"""
        {"items":[
          {"jobId":"{{Job}}","jobName":"digits","project":"cv","attempt":2,"rank":0,"line":17,"offset":400,
           "at":"2026-11-30T08:15:00Z","text":"loss is nan","isCut":false,"matches":[{"start":8,"length":3}] }
        ],"nextCursor":"next","isComplete":false,"searchedTo":"2026-11-29T08:15:00Z","unsearchedBytes":2048}
        """;

    [Fact]
    public async Task prints_where_each_line_is_and_how_far_it_was_searched()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Page);

        var result = await platform.RunAsync(
            "logs",
            "search",
            "nan",
            "out of",
            "say \"hi\"",
            "--project",
            "cv",
            "--limit",
            "5"
        );

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            "GET /api/logs/search?q=nan%20%22out%20of%22%20%22say%20%5C%22hi%5C%22%22&project=cv&limit=5",
            platform.Requests.Single().Line
        );
        Assert.Equal(
            $"TIME\tJOB\tNAME\tATTEMPT\tRANK\tLINE\tTEXT\n2026-11-30T08:15:00Z\t{Job}\tdigits\t2\t0\t17\tloss is nan\n",
            result.Output
        );
        Assert.Equal(
            """
            searched to 2026-11-29T08:15:00Z; there may be older lines
            2.0 KiB of logs are still being indexed and were not searched
            more with --cursor next

            """,
            result.Error
        );
    }

    [Theory]
    [InlineData("2026-11-30T08:15:00Z", "2026-11-30T08%3A15%3A00Z")]
    [InlineData("2026-11-30T08:15:00.25+08:00", "2026-11-30T00%3A15%3A00.25Z")]
    [InlineData("2026-11-30", "2026-11-30T00%3A00%3A00Z")]
    public async Task takes_times(string since, string sent)
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await platform.RunAsync("logs", "search", "x", "--since", since);

        Assert.Equal("No lines.\n", result.Output);
        Assert.Equal($"GET /api/logs/search?q=x&from={sent}&limit=50", platform.Requests.Single().Line);
    }

    [Fact]
    public async Task takes_ages_and_parts_of_a_job()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"items":[{"id":"{{Job}}","name":"digits"}]}"""
        );

        Assert.Equal(
            0,
            (await platform.RunAsync("logs", "search", "x", "--job", "aaaa", "--since", "7d", "--json")).ExitCode
        );

        var day = TimeProvider.System.GetUtcNow().AddDays(-7).ToString("yyyy-MM-dd", null);
        Assert.StartsWith(
            $"GET /api/logs/search?q=x&job={Job}&from={day}T",
            platform.Requests[^1].Line,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("logs", "search")]
    [InlineData("logs", "search", "x", "--since", "yesterday")]
    [InlineData("logs", "search", "x", "--since", "99999999d")]
    [InlineData("logs", "search", "x", "--since", "")]
    [InlineData("logs", "search", "x", "--limit", "201")]
    [InlineData("logs", "--json")]
    public async Task refuses_what_it_does_not_understand(params string[] arguments)
    {
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        Assert.Equal(2, (await platform.RunAsync(arguments)).ExitCode);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task is_shown_with_examples()
    {
        var result = await CommandResult.OfAsync("logs", "search", "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(
            "./platform logs search 'CUDA out of memory' --since 7d",
            result.Output,
            StringComparison.Ordinal
        );
    }
}
