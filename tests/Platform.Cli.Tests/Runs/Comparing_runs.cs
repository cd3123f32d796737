namespace Platform.Cli.Tests.Runs;

public sealed class Comparing_runs
{
    private const string One = "019a0000-0000-7000-8000-000000000001";
    private const string Other = "019a0000-0000-7000-8000-000000000002";

    private const string Answer = $$$"""
        {"runs":[{"id":"{{{One}}}","name":"first","status":"finished","durationSeconds":90.4,
                  "primaryMetric":{"name":"loss","mode":"min","value":0.125,"step":7}},
                 {"id":"{{{Other}}}","name":"second","status":"running","durationSeconds":null,"primaryMetric":null}],
         "missing":[],
         "parameters":[{"key":"lr","values":[0.1,null]}],"sameParameters":{"seed":1,"layers":3},
         "metrics":[{"key":"loss","differs":true,"latest":[{"step":9,"value":0.123456789},null]},
                    {"key":"equal","differs":false,"latest":[{"step":1,"value":1},{"step":1,"value":1}]}],
         "sharedKeys":["loss"],"axis":"step",
         "series":[{"key":"loss","x":[1,2,3],"runs":[{"runId":"{{{One}}}","positions":[0,2],"values":[0.5,-0.25]},
                                                    {"runId":"{{{Other}}}","positions":[1],"values":["NaN"]}]}]}
        """;

    [Fact]
    public async Task shows_in_what_they_differ()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Answer);

        var result = await platform.RunAsync("runs", "compare", One, Other);

        Assert.Equal(
            """
            	first	second
            status	finished	running
            duration	00:01:30	–
            best	loss 0.125 at step 7	–
            lr	0.1	–
            loss	0.123457	–

            """,
            result.Output
        );
        Assert.Equal("2 parameters are the same in all.\n", result.Error);
        Assert.Equal($"GET /api/runs/compare?ids={One}%2C{Other}&x=step&points=0", platform.Requests[^1].Line);
    }

    [Fact]
    public async Task prints_series_as_CSV_with_a_column_for_each()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Answer);

        var result = await platform.RunAsync(
            "runs",
            "compare",
            One,
            Other,
            "--csv",
            "--keys",
            "loss",
            "--x",
            "relative"
        );

        Assert.Equal("metric,x,first,second\nloss,1,0.5,\nloss,2,,NaN\nloss,3,-0.25,\n", result.Output);
        Assert.EndsWith("&keys=loss&x=relative", platform.Requests[^1].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task prints_the_answer_as_JSON()
    {
        await using var platform = await FakePlatform.AnsweringAsync(Answer);

        var result = await platform.RunAsync("runs", "compare", One, Other, "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\"sharedKeys\"", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs compare a", "Name two runs or more.")]
    [InlineData("runs compare a b --x epoch", "'epoch'")]
    [InlineData("runs compare a b --csv --json", "Give --json or --csv, not both.")]
    [InlineData("runs export", "Name either runs or a --project.")]
    [InlineData("runs export a --project p", "Name either runs or a --project.")]
    [InlineData("runs export a b --format csv", "Only one run can be exported as csv")]
    [InlineData("runs tag a", "Name a tag to set, or one to --remove.")]
    [InlineData("runs tag a owner", "'owner' is no tag; write it as key=value.")]
    [InlineData("runs metrics a --plot --csv", "Give --plot or --csv, not both.")]
    [InlineData("runs metrics a --plot --json", "Give --json or --plot, not both.")]
    [InlineData("runs search", "The argument <filter> is missing.")]
    public async Task refuses_what_cannot_be_meant(string command, string reason)
    {
        var result = await CommandResult.OfAsync(command.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task passes_on_what_is_wrong_with_a_filter()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """{"title":"Invalid","errors":{"filter":["Unexpected 'and' at 3."]}}""",
            status: 400,
            type: "application/problem+json"
        );

        var result = await platform.RunAsync("runs", "search", "a and");

        Assert.Equal(
            (1, "", "platform: filter: Unexpected 'and' at 3.\n"),
            (result.ExitCode, result.Output, result.Error)
        );
    }

    [Fact]
    public async Task finds_them_by_what_was_logged()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"items":[{"id":"{{One}}","name":"=first","project":"cv","status":"finished"}],"nextCursor":null}"""
        );

        var result = await platform.RunAsync("runs", "search", "metrics.loss < 0.3", "--sort", "metrics.loss", "--csv");

        Assert.EndsWith($"\n{One},'=first,cv,finished,,,,,,,\n", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            "GET /api/runs?filter=metrics.loss%20%3C%200.3&sort=metrics.loss&limit=50",
            platform.Requests[^1].Line
        );
    }

    [Fact]
    public async Task tags_them()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$$"""{"id":"{{{One}}}","tags":{"owner":"anna","empty":""}}"""
        );

        var result = await platform.RunAsync("runs", "tag", One, "owner=anna", "empty=", "--remove", "stage");

        Assert.Equal($"run {One} has the tags owner=anna, empty=\n", result.Output);
        Assert.Equal(
            ($"PATCH /api/runs/{One}", """{"tags":{"owner":"anna","empty":"","stage":null}}"""),
            (platform.Requests[^1].Line, platform.Requests[^1].Body)
        );
    }

    [Fact]
    public async Task has_examples_in_its_help()
    {
        var result = await CommandResult.OfAsync("runs", "compare", "--help");

        Assert.Contains("Examples:\n  ./platform runs compare 4f2a 77c1\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "Examples:",
            (await CommandResult.OfAsync("runs", "--help")).Output,
            StringComparison.Ordinal
        );
    }
}
