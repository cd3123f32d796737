namespace Platform.Cli.Tests.Runs;

[Trait("check", "SDK-01")]
public sealed class Flushing_runs : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task sends_the_unsent_records_of_scripts_and_removes_them()
    {
        WriteSpool("mine");
        WriteSpool("yours");
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("runs", "flush", "--spool", _folder.Path, "--token", "pt_me");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("mine sent\nyours sent\n", result.Output);
        Assert.Equal(
            [
                "PUT /api/runs/mine",
                "POST /api/runs/mine/metrics",
                "PUT /api/runs/yours",
                "POST /api/runs/yours/metrics",
            ],
            platform.Requests.Select(request => request.Line)
        );
        Assert.All(platform.Requests, request => Assert.Equal("Bearer pt_me", request.Headers["Authorization"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task has_nothing_to_do_without_spools()
    {
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("runs", "flush", "--spool", Path.Combine(_folder.Path, "none"), "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(platform.Requests);
    }

    private void WriteSpool(string run) =>
        File.WriteAllText(
            Path.Combine(_folder.Path, $"{run}.1.jsonl"),
            """
            {"kind":"run","body":{"project":"p"}}
            {"kind":"points","points":[{"key":"loss","step":1,"at":"2026-01-01T00:00:00Z","value":1}]}

            """
        );
}
