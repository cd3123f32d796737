using System.Diagnostics;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
public sealed class Pure_parts_of_the_web_app
{
    /// <summary>The types, the linter and the layout, and the tests of what needs no browser.</summary>
    [Theory]
    [InlineData("lint")]
    [InlineData("test")]
    public async Task pass_their_own_tests(string script)
    {
        using var process = Process.Start(
            new ProcessStartInfo("npm", ["run", "--silent", script])
            {
                WorkingDirectory = Repository.PathOf("frontend"),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, await output + await errors);
    }
}
