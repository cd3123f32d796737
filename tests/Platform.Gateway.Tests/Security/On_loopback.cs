using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Services;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests.Security;

[Trait("suite", "integration")]
public sealed class On_loopback : IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() =>
        _gateway = await TestGateway.StartAloneAsync(app =>
            app.MapMethods("/api/echo", ["GET", "POST"], (HttpContext context) => context.Caller().Subject)
                .RequireAuthorization(Policies.Read)
        );

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task nobody_needs_a_token()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Post, "/api/echo");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("local", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task a_caller_cannot_say_who_it_is()
    {
        using var answer = await _gateway.SendAsync(
            HttpMethod.Get,
            "/api/echo",
            headers: [("X-Platform-Subject", "user:root")]
        );
        Assert.Equal("local", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("pt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("pj_AAAA")]
    [InlineData("nonsense")]
    public async Task a_token_that_is_sent_must_be_valid(string token)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", token);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "gateway.token-invalid");
        Assert.Contains("invalid_token", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_token_that_is_sent_has_only_its_rights()
    {
        var token = _gateway.ScopedTokens.ForJob(Guid.CreateVersion7(), attempt: 1, rank: 0, TimeSpan.FromMinutes(1));
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", token);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.not-allowed");
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("10.0.0.7:5080")]
    [InlineData("localhost.evil.example")]
    public async Task a_name_that_points_here_is_refused(string host)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", headers: [("Host", host)]);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.foreign-host");
    }

    [Theory]
    [InlineData("localhost:9")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:5080")]
    public async Task the_names_of_this_machine_are_answered(string host)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", headers: [("Host", host)]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:3000")]
    public async Task another_sites_page_changes_nothing(string origin)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Post, "/api/echo", headers: [("Origin", origin)]);
        await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "gateway.foreign-origin");
    }

    [Fact]
    public async Task its_own_pages_may()
    {
        var own = _gateway.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        using var answer = await _gateway.SendAsync(HttpMethod.Post, "/api/echo", headers: [("Origin", own)]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Forwarded-Anything", "")]
    public async Task what_came_through_a_proxy_needs_a_token(string name, string value)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", headers: [(name, value)]);
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "gateway.token-required");
        Assert.Contains("platform tokens create", (string?)problem["detail"], StringComparison.Ordinal);

        var token = await _gateway.TokenAsync("anna", "viewer");
        using var signedIn = await _gateway.SendAsync(HttpMethod.Get, "/api/echo", token, (name, value));
        Assert.Equal("user:anna", await signedIn.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task another_user_of_the_machine_needs_a_token()
    {
        var address = _gateway.Client.BaseAddress!;
        var (nobody, _) = await AskAsAnotherUserAsync(address, token: null);
        Assert.StartsWith("HTTP/1.1 401", nobody, StringComparison.Ordinal);

        var token = await _gateway.TokenAsync("anna", "viewer");
        var (_, signedIn) = await AskAsAnotherUserAsync(address, token);
        Assert.Contains("\r\nuser:anna", signedIn, StringComparison.Ordinal);
    }

    /// <summary>Sends a request from a process of the user <c>nobody</c>; only root may start one.</summary>
    private static async Task<(string Status, string Answer)> AskAsAnotherUserAsync(Uri address, string? token)
    {
        const string Ask = """
            exec 3<>"/dev/tcp/127.0.0.1/$0"
            printf 'GET /api/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n' "$1" >&3
            cat <&3
            """;
        var start = new ProcessStartInfo("setpriv")
        {
            ArgumentList =
            {
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "bash",
                "-c",
                Ask,
                $"{address.Port}",
                token is null ? "" : $"Authorization: Bearer {token}\r\n",
            },
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var answer = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return (answer.Split('\n')[0], answer);
    }

    [Fact]
    [Trait("check", "SEC-04")]
    public async Task no_origin_gets_leave_to_read()
    {
        using var preflight = await _gateway.SendAsync(
            HttpMethod.Options,
            "/api/echo",
            headers:
            [
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization"),
            ]
        );
        using var read = await _gateway.SendAsync(
            HttpMethod.Get,
            "/api/echo",
            headers: [("Origin", "https://evil.example")]
        );
        foreach (var answer in new[] { preflight, read })
        {
            Assert.DoesNotContain(
                answer.Headers,
                header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
            );
        }
    }

    [Fact]
    public async Task an_unknown_route_is_a_problem_document()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/nothing");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task answers_tell_browsers_to_trust_no_content()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/echo");
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains(
            "sandbox",
            answer.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
        using var refused = await _gateway.SendAsync(HttpMethod.Get, "/api/nothing");
        Assert.Equal("DENY", refused.Headers.GetValues("X-Frame-Options").Single());
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/docs/index.html", "text/html")]
    [InlineData("/docs/swagger-ui-bundle.js", "text/javascript")]
    [InlineData("/openapi/v1.json", "application/json")]
    public async Task pages_come_from_this_machine(string path, string type)
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task health_is_told_with_the_version()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/health");
        var health = await answer.JsonAsync();
        Assert.Equal("ok", (string?)health["status"]);
        Assert.Equal(PlatformVersion.Current, (string?)health["version"]);
        using var ready = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task the_description_holds_what_is_mapped_here()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var paths = (await answer.JsonAsync())["paths"]!.AsObject();
        Assert.Contains("/api/echo", paths.Select(path => path.Key));
        Assert.Contains("/api/tokens", paths.Select(path => path.Key));
    }
}
