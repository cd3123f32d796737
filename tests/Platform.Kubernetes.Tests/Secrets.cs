using System.Diagnostics;
using k8s.Models;

namespace Platform.Kubernetes.Tests;

/// <summary>The Secrets that an administrator makes, as the documents say: by a script for dev, from an example for production.</summary>
internal static class Secrets
{
    private static readonly Task<IReadOnlyList<V1Secret>> _dev = MakeAsync();

    public static async Task<IReadOnlyList<V1Secret>> OfAsync(string overlay) =>
        overlay switch
        {
            "dev" => await _dev,
            "production" or "production-agents" => [Overlay.ExampleSecret(overlay)],
            _ => [],
        };

    private static async Task<IReadOnlyList<V1Secret>> MakeAsync()
    {
        var script = Repository.PathOf("infra", "kubernetes", "overlays", "dev", "secrets.sh");
        using var process = Process.Start(new ProcessStartInfo(script) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return [.. Overlay.Parse(output).Cast<V1Secret>()];
    }
}
