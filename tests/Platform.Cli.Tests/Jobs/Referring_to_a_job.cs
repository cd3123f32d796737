namespace Platform.Cli.Tests.Jobs;

public sealed class Referring_to_a_job
{
    private const string First = "019a0000-0000-7000-8000-00000000aaaa";
    private const string Second = "019a0000-0000-7000-8000-00000000bbbb";

    private const string Page = $$"""
        {"items":[
          {"id":"{{First}}","name":"digits","project":"a","status":"running"},
          {"id":"{{Second}}","name":"digits-2","project":"a","status":"failed"},
          {"id":"019a0000-0000-7000-8000-00000001bbbb","name":"twice","project":"b","status":"queued"},
          {"id":"019b0000-0000-7000-8000-00000000cccc","name":"twice","project":"b","status":"queued"}
        ]}
        """;

    [Theory]
    [InlineData(First, First)]
    [InlineData("0000aaaa", First)]
    [InlineData("AAAA", First)]
    [InlineData("digits", First)]
    [InlineData("digits-2", Second)]
    [InlineData("019b", "019b0000-0000-7000-8000-00000000cccc")]
    public async Task works_with_its_id_a_part_of_it_or_its_name(string text, string id)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Page);

        Assert.Equal(0, (await platform.RunAsync("jobs", "cancel", text)).ExitCode);

        Assert.Equal($"POST /api/jobs/{id}/cancel", platform.Requests[^1].Line);
    }

    [Theory]
    [InlineData("twice", 2)]
    [InlineData("bbbb", 2)]
    [InlineData("019a", 3)]
    public async Task lists_the_candidates_when_there_are_several(string text, int candidates)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Page);

        var result = await platform.RunAsync("jobs", "cancel", text);

        Assert.Equal(1, result.ExitCode);
        var lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.Equal($"platform: '{text}' could be one of these jobs; give more of the id:", lines[0]);
        Assert.Equal(candidates, lines.Length - 1);
        Assert.DoesNotContain(platform.Requests, request => request.Line.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("digi")]
    [InlineData("aaa")]
    [InlineData("nothing")]
    public async Task says_that_there_is_none(string text)
    {
        await using var platform = await FakePlatform.AnsweringAsync(Page);

        var result = await platform.RunAsync("jobs", "show", text);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"platform: There is no job '{text}'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task sends_the_whole_id_where_an_option_names_one()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Page);

        await platform.RunAsync("jobs", "list", "--parent", "0000aaaa");

        Assert.Equal($"GET /api/jobs?parent={First}&limit=50", platform.Requests[^1].Line);
    }
}
