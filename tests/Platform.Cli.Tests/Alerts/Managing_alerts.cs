using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Alerts;

[Trait("row", "33")]
public sealed class Managing_alerts
{
    private const string Id = "0198f000-0000-8000-8000-00000000abcd";

    private const string Alert = $$"""
        {"id":"{{Id}}","state":"firing","firedAt":"2026-01-02T03:04:05Z","ruleName":"broken","watch":"metric","subjectName":"digits-7",
         "subjectId":"r","message":"loss is not a number (NaN) at step 3.","step":3}
        """;

    private const string Rule = $$"""
        {"id":"{{Id}}","name":"broken","project":"cv","watch":"metric","metric":"loss","condition":"greater","threshold":0.5,
         "consecutive":3,"state":"active","firing":1}
        """;

    [Fact]
    public async Task lists_one_a_line()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"items":[{{Alert}}],"nextCursor":null,"total":1}"""
        );

        var result = await platform.RunAsync("alerts", "list", "--state", "firing", "--project", "cv");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("GET /api/alerts?state=firing&project=cv&limit=50", Assert.Single(platform.Requests).Line);
        Assert.Matches(@"firing\s.*broken\s+digits-7\s+loss is not a number", result.Output);
    }

    [Fact]
    public async Task shows_what_became_of_deliveries()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""
            {"alert":{{Alert}},"deliveries":[{"change":"fired","destinationName":"team","state":"pending","attempts":2,
             "lastError":"The receiver did not answer in time."}]}
            """
        );

        var result = await platform.RunAsync("alerts", "show", Id);

        Assert.Equal($"GET /api/alerts/{Id}", Assert.Single(platform.Requests).Line);
        Assert.Contains(
            "fired to team: pending, attempt 2: The receiver did not answer in time.",
            result.Output,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("dismiss", "is put aside")]
    [InlineData("restore", "is shown again")]
    public async Task puts_one_aside_that_is_named_by_the_end_of_its_id(string word, string done)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            context.Response.WriteAsync(
                context.Request.Method is "GET" ? $$"""{"items":[{{Alert}}],"nextCursor":null}""" : Alert
            )
        );

        var result = await platform.RunAsync("alerts", word, "abcd");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            ["GET /api/alerts?dismissed=all&limit=2000", $"POST /api/alerts/{Id}/{word}"],
            platform.Requests.Select(request => request.Line)
        );
        Assert.Contains(done, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task makes_a_rule_that_tells_a_destination_by_its_name()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            context.Response.WriteAsync(
                context.Request.Method is "GET" ? $$"""{"items":[{"id":"{{Id}}","name":"team"}]}""" : Rule
            )
        );

        var result = await platform.RunAsync(
            "alerts",
            "rules",
            "create",
            "broken",
            "--project",
            "cv",
            "--metric",
            "loss",
            "--condition",
            "greater",
            "--threshold",
            "0.5",
            "--consecutive",
            "3",
            "--to",
            "team"
        );

        Assert.True(result.ExitCode == 0, result.Error);
        var request = platform.Requests[^1];
        Assert.Equal("POST /api/alerts/rules", request.Line);
        Assert.Contains($"\"destinations\":[\"{Id}\"]", request.Body, StringComparison.Ordinal);
        Assert.Contains("\"threshold\":0.5", request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_what_a_rule_is_about()
    {
        await using var platform = await FakePlatform.AnsweringAsync($$"""{"items":[{{Rule}}],"nextCursor":null}""");

        var result = await platform.RunAsync("alerts", "rules", "list");

        Assert.Matches(@"broken\s+cv\s+loss > 0.5, 3 in succession\s+active\s+1", result.Output);
    }

    [Fact]
    public async Task prints_a_secret_alone_so_that_a_script_can_keep_it()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            $$"""{"id":"{{Id}}","name":"team","kind":"webhook","secret":"whsec_abc"}""",
            status: 201
        );

        var result = await platform.RunAsync(
            "alerts",
            "destinations",
            "create",
            "team",
            "--webhook",
            "https://x.org/h"
        );

        Assert.Equal("whsec_abc\n", result.Output);
        Assert.Equal(
            """{"name":"team","kind":"webhook","url":"https://x.org/h"}""",
            Assert.Single(platform.Requests).Body
        );
    }

    [Fact]
    public async Task ends_with_1_when_a_test_is_not_delivered()
    {
        await using var platform = await FakePlatform.AnsweringAsync(
            """{"delivered":false,"status":500,"error":"The receiver answered with status 500."}"""
        );

        var result = await platform.RunAsync("alerts", "destinations", "test", Id);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("Not delivered: The receiver answered with status 500.\n", result.Output);
    }

    [Fact]
    public async Task asks_where_alerts_are_sent_to()
    {
        var result = await CommandResult.OfAsync("alerts", "destinations", "create", "team");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--webhook or --mail", result.Error, StringComparison.Ordinal);
    }
}
