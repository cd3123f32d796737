using Platform.Cli.Compose;

namespace Platform.Cli.Tests.Compose;

public sealed class Writing_the_secrets_of_containers : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Stored => _folder.In("stack.env");

    [Fact]
    public async Task happens_once_for_the_owner_alone_and_prints_none()
    {
        var first = await InitAsync();
        var written = await File.ReadAllTextAsync(Stored);
        var second = await InitAsync("--port", "6000");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Stored));
        Assert.Equal(written, await File.ReadAllTextAsync(Stored));
        Assert.EndsWith("exists and stays as it is.\n", second.Output, StringComparison.Ordinal);
        ComposeSettings.Read(Stored).Check(["elk"]);
        Assert.All(
            written
                .Split('\n')
                .Where(line => line.Contains("PASSWORD=") || line.Contains("_KEY=") || line.Contains("_TOKEN=")),
            line => Assert.DoesNotContain(line.Split('=', 2)[1], first.Output + first.Error, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task makes_others_for_every_file()
    {
        await InitAsync();
        var first = Secrets();
        File.Delete(Stored);
        await InitAsync();

        Assert.Equal(10, first.Count);
        Assert.Equal(10, first.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(first.Intersect(Secrets(), StringComparer.Ordinal));
    }

    [Fact]
    public async Task takes_where_the_platform_listens_and_agents_reach_it()
    {
        await InitAsync("--address", "0.0.0.0", "--port", "6000", "--agents", "train.example");

        var settings = ComposeSettings.Read(Stored);
        Assert.Equal("http://127.0.0.1:6000/", settings.Url.AbsoluteUri);
        Assert.Equal("train.example", settings.Value("PLATFORM_AGENTS_ADDRESS", ""));
        Assert.Equal("compose.yaml:compose.agents.yaml", settings.Value("COMPOSE_FILE", ""));
    }

    [Fact]
    public async Task refuses_an_address_that_is_none() =>
        Assert.Equal(
            (2, "platform: 'a b' is no address of a machine.\n"),
            (await InitAsync("--address", "a b")) is var result ? (result.ExitCode, result.Error) : default
        );

    private List<string> Secrets() =>
        [
            .. File.ReadLines(Stored)
                .Where(line => line.Contains("PASSWORD=") || line.Contains("_KEY=") || line.Contains("_TOKEN="))
                .Select(line => line.Split('=', 2)[1]),
        ];

    private Task<CommandResult> InitAsync(params string[] options) =>
        CommandResult.OfAsync(["compose", "init", "--env-file", Stored, .. options]);
}
