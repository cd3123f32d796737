using System.Diagnostics;

namespace Platform.Architecture.Tests;

/// <summary>Prometheus' own tool checks the rules and runs their tests, which <c>infra/prometheus/tests</c> holds.</summary>
[Trait("suite", "integration")]
public sealed class The_alerts_by_promtool
{
    [Fact]
    public Task are_rules() => RunAsync(["check", "rules", .. Monitoring.Files("rules")]);

    [Fact]
    public Task fire_when_they_should_and_only_then() => RunAsync(["test", "rules", .. Monitoring.Files("tests")]);

    private static async Task RunAsync(IEnumerable<string> arguments)
    {
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.True(promtool.ExitCode == 0, $"{await output}{await errors}");
        Assert.Contains("SUCCESS", await output + await errors, StringComparison.Ordinal);
    }
}
