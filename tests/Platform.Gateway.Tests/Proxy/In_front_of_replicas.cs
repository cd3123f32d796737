using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests.Proxy;

[Trait("suite", "integration")]
public sealed class In_front_of_replicas : IAsyncLifetime
{
    private const string First = "jobs";
    private const string Second = "jobs-2";
    private const string Log = "/api/jobs/0198c7a2-0000-7000-8000-000000000001/logs?follow=true";

    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(replicas: 2);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task both_get_requests() =>
        await WaitFor.ConditionAsync(
            "both to answer",
            async () =>
            {
                await AnswersOfAsync(HttpMethod.Get);
                return _gateway[First].Requests > 0 && _gateway[Second].Requests > 0;
            }
        );

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task what_has_not_reached_one_goes_to_the_other(string method)
    {
        await _gateway.StopServiceAsync(First);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Second, await AnswersOfAsync(new HttpMethod(method)));
        }
    }

    [Fact]
    public async Task a_read_without_an_answer_goes_to_the_other()
    {
        _gateway[First].Breaks = true;

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Second, await AnswersOfAsync(HttpMethod.Get));
        }
    }

    [Fact]
    public async Task what_may_have_been_done_is_not_done_again()
    {
        _gateway[First].Breaks = _gateway[Second].Breaks = true;

        using var answer = await SendAsync(HttpMethod.Post);

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadGateway, "gateway.service-unavailable");
        Assert.Equal(1, _gateway[First].Requests + _gateway[Second].Requests);
    }

    [Fact]
    public async Task one_that_hangs_is_passed_over_and_its_readers_are_answered_by_the_other()
    {
        _gateway[First].Hangs = true;

        // Some of them wait where nothing is answered until it is known that it hangs.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AnswersOfAsync(HttpMethod.Get)));

        Assert.All(answers, answer => Assert.Equal(Second, answer));
        await WaitFor.ConditionAsync("it to be known", () => Task.FromResult(IsSaid("Hung")));
        Assert.Equal(Second, await AnswersOfAsync(HttpMethod.Post));

        _gateway[First].Hangs = false;
        await WaitForAnswerOfAsync(First);
    }

    [Fact]
    public async Task a_stream_that_hangs_ends_so_that_its_reader_opens_another()
    {
        _gateway[Second].Ready = false;
        await WaitFor.ConditionAsync("the second to be passed over", () => Task.FromResult(IsSaid("NotReady")));
        using var answer = await _gateway.Client.GetAsync(Log, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        _gateway[Second].Ready = true;
        await _gateway[First].Lines.Writer.WriteAsync("line");
        Assert.Equal("data: line", await reader.ReadLineAsync());

        _gateway[First].Hangs = true;

        await Assert.ThrowsAnyAsync<Exception>(() => reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        using var again = await _gateway.Client.GetAsync(Log, HttpCompletionOption.ResponseHeadersRead);
        await WaitFor.ConditionAsync(
            "the other to be followed",
            () => Task.FromResult(_gateway[Second].Followers == 1)
        );
    }

    [Fact]
    public async Task one_that_is_not_ready_gets_no_requests_while_the_other_is()
    {
        _gateway[First].Ready = false;
        await WaitFor.ConditionAsync("it to be known", () => Task.FromResult(IsSaid("NotReady")));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Second, await AnswersOfAsync(HttpMethod.Post));
        }

        await _gateway.StopServiceAsync(Second);
        Assert.Equal(First, await AnswersOfAsync(HttpMethod.Post));
    }

    [Fact]
    public async Task without_any_a_problem_document_says_so_at_once()
    {
        await _gateway.StopServiceAsync(First);
        _gateway[Second].Hangs = true;
        await WaitFor.ConditionAsync("it to be known", () => Task.FromResult(IsSaid("Hung")));
        await _gateway.StopServiceAsync(Second);

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            using var answer = await SendAsync(method);
            var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadGateway, "gateway.service-unavailable");
            Assert.Contains("'jobs'", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task one_that_starts_again_gets_requests_again()
    {
        var address = _gateway[First].Address;
        await _gateway.StopServiceAsync(First);
        Assert.Equal(Second, await AnswersOfAsync(HttpMethod.Get));

        await _gateway.StartServiceAsync(First, address);

        await WaitForAnswerOfAsync(First);
    }

    [Fact]
    public async Task a_service_is_ready_while_one_of_them_is_and_it_is_said_which_is_not()
    {
        await _gateway.StopServiceAsync(First);
        Assert.Equal(("healthy", "Replica 1: Does not answer."), await HealthAsync());

        _gateway[Second].Ready = false;
        Assert.Equal(("unhealthy", "Replica 1: Does not answer. Replica 2: Not ready: bus."), await HealthAsync());
        using var description = await _gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.NotNull((await description.JsonAsync())["paths"]![$"/api/{Second}"]);
    }

    private bool IsSaid(string state) =>
        _gateway.Log.Warnings.Any(entry => entry.Message.EndsWith($"is now: {state}", StringComparison.Ordinal));

    private Task WaitForAnswerOfAsync(string replica) =>
        WaitFor.ConditionAsync(
            $"an answer of {replica}",
            async () => await AnswersOfAsync(HttpMethod.Get) == replica,
            TimeSpan.FromSeconds(30)
        );

    private async Task<(string?, string?)> HealthAsync()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");
        var check = (await answer.JsonAsync())["checks"]![First]!;
        return ((string?)check["status"], (string?)check["description"]);
    }

    /// <returns>Which replica answered.</returns>
    private async Task<string?> AnswersOfAsync(HttpMethod method)
    {
        using var answer = await SendAsync(method);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (string?)(await answer.JsonAsync())["service"];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "/api/jobs");
        if (method != HttpMethod.Get)
        {
            request.Content = JsonContent.Create(new JsonObject { ["name"] = "job" });
        }

        return await _gateway.Client.SendAsync(request);
    }
}
