using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Gateway.Security;
using Platform.Gateway.Tokens;

namespace Platform.Gateway.Tests.Security;

[Trait("suite", "integration")]
public sealed class Open_to_the_network : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() =>
        _gateway = await TestGateway.StartAsync(
            "--Gateway:RequireTokens=always",
            "--Gateway:Origins:0=https://train.example"
        );

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api/jobs")]
    [InlineData("POST", "/api/jobs")]
    [InlineData("GET", "/api/nodes")]
    [InlineData("POST", "/api/nodes/heartbeat")]
    [InlineData("DELETE", "/api/artifacts/a/versions/1")]
    [InlineData("POST", "/api/runs/x/metrics")]
    [InlineData("POST", "/api/tokens")]
    [InlineData("GET", "/api/unknown")]
    public async Task every_request_needs_a_token(string method, string path)
    {
        using var answer = await _gateway.SendAsync(new HttpMethod(method), path);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "gateway.token-required");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("/api/2.0/mlflow/runs/search")]
    [InlineData("/ajax-api/2.0/mlflow/runs/search")]
    [InlineData("/ajax-api/3.0/mlflow/anything")]
    public async Task clients_of_MLflow_are_told_so_in_the_form_they_know(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Post, path);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("UNAUTHENTICATED", (string?)(await answer.JsonAsync())["error_code"]);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/version")]
    [InlineData("/api/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/self")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/index.html")]
    public async Task health_and_documentation_do_not(string path)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000", HttpStatusCode.Forbidden)]
    // What ended TLS kept the host.
    [InlineData("https://localhost:9", HttpStatusCode.OK)]
    [InlineData("https://train.example", HttpStatusCode.OK)]
    public async Task another_sites_page_changes_nothing(string origin, HttpStatusCode expected)
    {
        using var answer = await _gateway.SendAsync(
            HttpMethod.Post,
            "/api/jobs",
            await AdminAsync(),
            ("Origin", origin),
            ("Host", "localhost:9")
        );
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    [Trait("check", "SEC-04")]
    public async Task no_origin_gets_leave_to_read()
    {
        using var read = await _gateway.SendAsync(
            HttpMethod.Get,
            "/api/jobs",
            await AdminAsync(),
            ("Origin", "https://evil.example")
        );
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.DoesNotContain(
            read.Headers,
            header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public async Task an_admin_makes_and_revokes_tokens()
    {
        var admin = await AdminAsync();
        using var created = await PostTokenAsync(admin, new { name = "reader", scope = "read" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var made = await created.JsonAsync();
        var reader = (string)made["token"]!;

        using var read = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs", reader);
        var seen = await read.JsonAsync();
        Assert.Equal(("user:reader", "Viewer"), ((string?)seen["subject"], (string?)seen["role"]));
        Assert.DoesNotContain(reader, seen.ToJsonString(), StringComparison.Ordinal);
        using var denied = await _gateway.SendAsync(HttpMethod.Get, "/api/users", reader);
        await denied.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.not-allowed");

        using var revoked = await _gateway.SendAsync(HttpMethod.Delete, $"/api/tokens/{made["id"]}", admin);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var again = await _gateway.SendAsync(HttpMethod.Delete, $"/api/tokens/{made["id"]}", admin);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        using var refused = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs", reader);
        await refused.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "gateway.token-invalid");
    }

    [Fact]
    public async Task a_token_is_shown_once_and_kept_as_a_hash()
    {
        var admin = await AdminAsync();
        using var listed = await _gateway.SendAsync(HttpMethod.Get, "/api/tokens", admin);
        var text = await listed.Content.ReadAsStringAsync();
        Assert.DoesNotContain(admin, text, StringComparison.Ordinal);
        var item = Assert.Single((await listed.JsonAsync())["items"]!.AsArray())!;
        Assert.Equal("admin-token", (string?)item["name"]);
        Assert.NotNull(item["lastUsedAt"]);

        await using var connection = new NpgsqlConnection(_gateway.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select (select string_agg(t::text, '') from gateway.token t)
              || (select string_agg(data::text, '') from gateway.mt_events)
            """,
            connection
        );
        var stored = (string)(await command.ExecuteScalarAsync())!;
        Assert.Contains("admin-token", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(admin[3..], stored, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "admin", "name")]
    [InlineData("a\nb", "admin", "name")]
    [InlineData("anna", "owner", "scope")]
    [InlineData("anna", null, "role")]
    public async Task a_bad_wish_for_a_token_is_refused(string name, string? scope, string field)
    {
        using var answer = await PostTokenAsync(await AdminAsync(), new { name, scope });
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.NotNull(problem["errors"]![field]);
    }

    [Fact]
    public async Task an_unknown_token_cannot_be_revoked()
    {
        using var answer = await _gateway.SendAsync(
            HttpMethod.Delete,
            $"/api/tokens/{Guid.CreateVersion7()}",
            await AdminAsync()
        );
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "token.not-found");
    }

    [Fact]
    public async Task services_are_told_of_which_attempt_a_job_is()
    {
        var job = Guid.CreateVersion7();
        var token = _gateway.ScopedTokens.ForJob(job, attempt: 3, rank: 0, TimeSpan.FromMinutes(1));
        using var own = await _gateway.SendAsync(HttpMethod.Get, $"/api/jobs/{job}", token);
        var seen = await own.JsonAsync();
        Assert.Equal(($"job:{job}", "3"), ((string?)seen["subject"], (string?)seen["attempt"]));
    }

    [Fact]
    public async Task a_node_sends_heartbeats_with_its_token()
    {
        var node = Guid.CreateVersion7();
        var token = _gateway.ScopedTokens.ForNode(node, TimeSpan.FromMinutes(1));
        using var heartbeat = await _gateway.SendAsync(HttpMethod.Post, "/api/nodes/heartbeat", token);
        Assert.Equal($"node:{node}", (string?)(await heartbeat.JsonAsync())["subject"]);
    }

    [Fact]
    public async Task nodes_may_join_without_a_token_but_not_without_end()
    {
        for (var i = 0; i < JoinLimit.Burst; i++)
        {
            using var joined = await _gateway.SendAsync(HttpMethod.Post, "/api/nodes/join");
            Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        }

        var last = await WaitFor.ValueAsync(
            "a refusal",
            () => _gateway.SendAsync(HttpMethod.Post, "/api/nodes/join"),
            answer => answer.StatusCode is HttpStatusCode.TooManyRequests
        );
        await last.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "gateway.too-many-joins");
        Assert.NotNull(last.Headers.RetryAfter);
    }

    [Fact]
    public async Task the_first_token_is_made_on_the_machine_itself()
    {
        var (code, output, _) = await CommandAsync("tokens", "create", "--name", "first", "--scope=admin");
        Assert.Equal(0, code);
        var token = (string?)JsonNode.Parse(output)!["token"];
        using var answer = await _gateway.SendAsync(HttpMethod.Post, "/api/jobs", token);
        Assert.Equal("user:first", (string?)(await answer.JsonAsync())["subject"]);

        var (_, list, _) = await CommandAsync("tokens", "list");
        var listed = Assert.Single(JsonNode.Parse(list)!["items"]!.AsArray())!;
        Assert.Equal("first", (string?)listed["user"]);
        var (revoked, _, _) = await CommandAsync("tokens", "revoke", $"{listed["id"]}");
        Assert.Equal(0, revoked);
        var (_, empty, _) = await CommandAsync("tokens", "list");
        Assert.Empty(JsonNode.Parse(empty)!["items"]!.AsArray());
        await WaitFor.ConditionAsync(
            "the revocation to reach the running gateway",
            async () =>
            {
                using var refused = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs", token);
                return refused.StatusCode is HttpStatusCode.Unauthorized;
            }
        );
    }

    [Theory]
    [InlineData(2, "/problems/validation", "tokens")]
    [InlineData(2, "/problems/validation", "users", "add", "x")]
    [InlineData(2, "/problems/validation", "tokens", "create", "--nme", "x")]
    [InlineData(1, "/problems/validation", "tokens", "create", "--name", "x", "--scope", "owner")]
    [InlineData(1, "/problems/validation", "users", "add", "a/b", "--role", "editor")]
    [InlineData(1, "/problems/user.not-found", "users", "disable", "nobody")]
    [InlineData(1, "/problems/token.not-found", "tokens", "revoke", "0198c7a2-0000-7000-8000-000000000001")]
    public async Task a_wrong_command_is_answered_as_the_API_answers_it(int expected, string type, params string[] args)
    {
        var (code, output, errors) = await CommandAsync(args);
        Assert.Equal((expected, ""), (code, output));
        Assert.Equal(type, (string?)JsonNode.Parse(errors)!["type"]);
    }

    [Fact]
    public async Task a_command_says_that_the_database_does_not_answer()
    {
        await using var errors = new StringWriter();
        var code = await DatabaseCommand.RunAsync(
            ["users", "list"],
            "Host=127.0.0.1;Port=1;Username=nobody;Timeout=5",
            TextWriter.Null,
            errors
        );
        Assert.Equal(1, code);
        Assert.Equal("/problems/unavailable", (string?)JsonNode.Parse(errors.ToString())!["type"]);
    }

    private Task<string> AdminAsync() => _gateway.TokenAsync("admin-token", "administrator");

    private async Task<HttpResponseMessage> PostTokenAsync(string admin, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tokens")
        {
            Content = JsonContent.Create(body),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin);
        return await _gateway.Client.SendAsync(request);
    }

    private async Task<(int Code, string Output, string Errors)> CommandAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await DatabaseCommand.RunAsync(args, _gateway.ConnectionString, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
