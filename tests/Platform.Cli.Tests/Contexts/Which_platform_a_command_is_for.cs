using Platform.Cli.Contexts;

namespace Platform.Cli.Tests.Contexts;

public sealed class Which_platform_a_command_is_for
{
    private static readonly StoredContexts _stored = new(
        "prod",
        [
            new StoredContext("prod", new Uri("https://prod.example"), "pt_prod"),
            new StoredContext("test", new Uri("http://test.example:5080"), "pt_test"),
            new StoredContext("open", new Uri("http://open.example"), Token: null),
            new StoredContext("below", new Uri("https://host.example/ml"), "pt_below"),
        ]
    );

    [Theory]
    // Nothing given: the context in use.
    [InlineData(null, null, null, null, null, "https://prod.example/", "pt_prod")]
    // Environment before the context in use.
    [InlineData(null, null, null, "http://other", null, "http://other/", null)]
    [InlineData(null, null, null, "http://other", "pt_env", "http://other/", "pt_env")]
    [InlineData(null, null, null, null, "pt_env", "https://prod.example/", "pt_env")]
    [InlineData(null, null, null, "https://PROD.example:443/", null, "https://prod.example/", "pt_prod")]
    // Options before the environment.
    [InlineData("http://option", null, null, "http://other", "pt_env", "http://option/", "pt_env")]
    [InlineData("http://option", "pt_option", null, "http://other", "pt_env", "http://option/", "pt_option")]
    [InlineData(null, "pt_option", null, null, "pt_env", "https://prod.example/", "pt_option")]
    [InlineData(null, null, "test", "http://other", "pt_env", "http://test.example:5080/", "pt_test")]
    [InlineData(null, "pt_option", "test", "http://other", "pt_env", "http://test.example:5080/", "pt_option")]
    [InlineData(null, null, "open", null, "pt_env", "http://open.example/", "pt_env")]
    [InlineData(null, null, "open", null, null, "http://open.example/", null)]
    // A context's token goes to no other server, port or scheme.
    [InlineData("http://evil.example", null, null, null, null, "http://evil.example/", null)]
    [InlineData("http://evil.example", null, "prod", null, null, "http://evil.example/", null)]
    [InlineData("http://prod.example", null, null, null, null, "http://prod.example/", null)]
    [InlineData("https://prod.example:8443", null, null, null, null, "https://prod.example:8443/", null)]
    [InlineData("https://prod.example", null, null, null, null, "https://prod.example/", "pt_prod")]
    // Nor to another path of its server.
    [InlineData("https://host.example/other", null, "below", null, null, "https://host.example/other", null)]
    [InlineData("https://host.example", null, "below", null, null, "https://host.example/", null)]
    [InlineData("https://host.example/ml/", null, "below", null, null, "https://host.example/ml/", "pt_below")]
    // Empty is as if it were not there.
    [InlineData("", "", "", "", "", "https://prod.example/", "pt_prod")]
    public void is_said_by_options_then_environment_then_context(
        string? server,
        string? token,
        string? context,
        string? url,
        string? environmentToken,
        string expectedServer,
        string? expectedToken
    )
    {
        var target = TargetOf(server, token, context, isLocal: false, url, environmentToken);
        Assert.Equal(new Uri(expectedServer), target.Server);
        Assert.Equal(expectedToken, target.TokenFor(target.Server!));
    }

    [Theory]
    [InlineData(null, null, null, "the context 'prod'")]
    [InlineData(null, null, "http://other", "PLATFORM_URL")]
    [InlineData("http://option", null, "http://other", null)]
    [InlineData(null, "test", "http://other", null)]
    public void is_known_to_come_from_the_environment_or_the_context_in_use(
        string? server,
        string? context,
        string? url,
        string? source
    ) => Assert.Equal(source, TargetOf(server, null, context, isLocal: false, url, environmentToken: null).Source);

    [Theory]
    [InlineData("pt_option", null, null, true)]
    [InlineData(null, null, "pt_env", true)]
    [InlineData(null, null, null, false)]
    // Meant for the other platform.
    [InlineData(null, "http://other", "pt_env", false)]
    public void is_asked_as_whoever_the_token_is_of(
        string? token,
        string? url,
        string? environmentToken,
        bool isGiven
    ) => Assert.Equal(isGiven, TargetOf(null, token, null, isLocal: true, url, environmentToken).IsTokenGiven);

    [Theory]
    [InlineData("https://host.example", "https://host.example/")]
    [InlineData("https://host.example/jobs?status=running", "https://host.example/")]
    [InlineData("https://jobs/jobs/1", "https://jobs/")]
    [InlineData("https://host.example/ml/", "https://host.example/ml")]
    [InlineData("https://host.example/ml/artifacts/model#files", "https://host.example/ml")]
    [InlineData("https://host.example/a/b/api/health", "https://host.example/a/b")]
    [InlineData("https://host.example/jobshop", "https://host.example/jobshop")]
    public void may_be_said_by_one_of_its_pages(string page, string platform) =>
        Assert.Equal(new Uri(platform), Target.PlatformOf(Target.Parse(page)));

    [Fact]
    public void can_be_that_of_a_folder_on_this_machine()
    {
        var target = TargetOf(null, null, null, isLocal: true, null, null);
        Assert.Null(target.Server);
        Assert.Null(target.TokenFor(new Uri("http://127.0.0.1:5080")));
        // Its owner calls it, also when a context has its address.
        Assert.Null(target.TokenFor(_stored.GetCurrent()!.Server));
        Assert.Equal(
            "https://prod.example/",
            TargetOf(null, null, "prod", isLocal: true, null, null).Server?.AbsoluteUri
        );
    }

    [Fact]
    public void is_said_by_a_folder_before_the_environment()
    {
        var target = TargetOf(null, null, null, isLocal: true, "http://other", "pt_env");
        Assert.Null(target.Server);
        // It is the token of the other platform.
        Assert.Null(target.TokenFor(new Uri("http://127.0.0.1:5080")));

        Assert.Equal("pt_env", TargetOf(null, null, null, isLocal: true, null, "pt_env").TokenFor(new Uri("http://a")));
        Assert.Equal(
            "http://option/",
            TargetOf("http://option", null, null, isLocal: true, "http://other", null).Server?.AbsoluteUri
        );
    }

    [Fact]
    public void needs_no_contexts_when_options_say_it()
    {
        var target = new Target(
            "http://option",
            "pt_option",
            context: null,
            isLocal: false,
            _ => null,
            () => throw new InvalidOperationException("The file is read.")
        );
        Assert.Equal("pt_option", target.TokenFor(target.Server!));
    }

    [Fact]
    public void is_not_said_by_an_unknown_context() =>
        Assert.Contains(
            "'gone'",
            Assert.Throws<CliException>(() => TargetOf(null, null, "gone", isLocal: false, null, null).Server).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(null, null)]
    [InlineData("http://option", null)]
    [InlineData(null, "http://other")]
    public void is_not_said_when_the_context_in_use_is_gone(string? server, string? url)
    {
        var target = TargetOf(server, null, null, isLocal: false, url, null, _stored with { CurrentContext = "gone" });

        var message = Assert.Throws<CliException>(() => target.TokenFor(target.Server!)).Message;
        Assert.Contains("'gone'", message, StringComparison.Ordinal);
        Assert.Contains("./platform contexts use NAME", message, StringComparison.Ordinal);
    }

    private static Target TargetOf(
        string? server,
        string? token,
        string? context,
        bool isLocal,
        string? url,
        string? environmentToken,
        StoredContexts? stored = null
    ) =>
        new(
            server,
            token,
            context,
            isLocal,
            name =>
                name switch
                {
                    "PLATFORM_URL" => url,
                    "PLATFORM_TOKEN" => environmentToken,
                    _ => null,
                },
            () => stored ?? _stored
        );
}
