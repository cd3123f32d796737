using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Nodes;

public sealed class Removing_nodes_and_join_tokens
{
    private const string Id = "0192f0c1-2b6a-7e8b-9f00-000000000001";

    [Theory]
    [InlineData("", "")]
    [InlineData("--force", "?force=true")]
    public async Task removes_a_node_by_its_name(string option, string query)
    {
        await using var platform = await NodesAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        string[] words = option.Length > 0 ? ["nodes", "remove", "box", option] : ["nodes", "remove", "box"];
        var result = await platform.RunAsync(words);
        var json = await platform.RunAsync([.. words, "--json"]);

        Assert.Equal((0, $"Node {Id} is removed.\n", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Equal($"DELETE /api/nodes/{Id}{query}", platform.Requests[1].Line);
        Assert.True(JsonNode.Parse(json.Output)!["removed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task says_how_a_node_with_jobs_is_removed()
    {
        await using var platform = await NodesAsync(context =>
        {
            context.Response.StatusCode = 409;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync(
                """{"status":409,"type":"/problems/node.in-use","detail":"box still holds 2 attempts. Drain it and wait, or force its removal."}"""
            );
        });

        var result = await platform.RunAsync("nodes", "remove", "box");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("platform: box still holds 2 attempts.", result.Error, StringComparison.Ordinal);
        Assert.Contains("With --force the jobs are tried again elsewhere.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task names_a_node_that_is_not_there()
    {
        await using var platform = await NodesAsync(_ => Task.CompletedTask);

        var result = await platform.RunAsync("nodes", "remove", "bx");

        Assert.StartsWith("platform: There is no node 'bx'; ", result.Error, StringComparison.Ordinal);
        Assert.Single(platform.Requests);
    }

    [Fact]
    public async Task lists_join_tokens_and_whether_they_are_valid()
    {
        await using var platform = await FakePlatform.AnsweringAsync(JoinTokens);

        var result = await platform.RunAsync("nodes", "join-tokens", "list");
        var json = await platform.RunAsync("nodes", "join-tokens", "list", "--json");

        Assert.Equal("GET /api/nodes/join-tokens", platform.Requests[0].Line);
        Assert.Matches(@"rack-1\tvalid", result.Output);
        Assert.Matches(@"rack-2\trevoked", result.Output);
        Assert.Matches(@"rack-3\texpired", result.Output);
        Assert.Equal(3, JsonNode.Parse(json.Output)!["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task revokes_a_join_token_by_its_name()
    {
        await using var platform = await FakePlatform.AnsweringAsync(JoinTokens);

        var result = await platform.RunAsync("nodes", "join-tokens", "revoke", "rack-1");

        Assert.Equal($"Join token {Id} is revoked.\n", result.Output);
        Assert.Equal($"DELETE /api/nodes/join-tokens/{Id}", platform.Requests[1].Line);
    }

    private const string JoinTokens = $$"""
        {"items":[
          {"id":"{{Id}}","name":"rack-1","createdAt":"2026-11-30T10:00:00Z"},
          {"id":"0192f0c1-2b6a-7e8b-9f00-000000000002","name":"rack-2","createdAt":"2026-11-30T10:00:00Z","revokedAt":"2026-11-30T11:00:00Z"},
          {"id":"0192f0c1-2b6a-7e8b-9f00-000000000003","name":"rack-3","createdAt":"2020-11-30T10:00:00Z","expiresAt":"2020-12-30T10:00:00Z"}
        ]}
        """;

    private static Task<FakePlatform> NodesAsync(RequestDelegate remove) =>
        FakePlatform.StartAsync(context =>
            context.Request.Method is "GET"
                ? context.Response.WriteAsync($$"""{"items":[{"id":"{{Id}}","name":"box","status":"offline"}]}""")
                : remove(context)
        );
}
