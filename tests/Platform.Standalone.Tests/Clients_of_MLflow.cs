using System.Diagnostics;

namespace Platform.Standalone.Tests;

/// <summary>
/// Clients of MLflow against the real program: the npm package itself, and what the Python package sends, which is not in the registries
/// that tests may use.
/// </summary>
[Trait("suite", "e2e")]
public sealed class Clients_of_MLflow : IAsyncLifetime
{
    private readonly StandaloneProcess _platform = new();
    private readonly TestFolder _folder = new();

    private string Address => $"http://127.0.0.1:{_platform.Port}";

    public Task InitializeAsync() => _platform.UpAsync();

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task in_Python_and_in_Node_get_the_answers_that_they_need()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("tests", "mlflow-clients", "node")))
        {
            File.Copy(file, _folder.In(Path.GetFileName(file)));
        }

        await RunAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var node = RunAsync("node", "client.js", Address, "1");
        var python = RunAsync(
            "/usr/bin/python3",
            "-B",
            Repository.PathOf("tests", "mlflow-clients", "python", "client.py"),
            Address,
            "1"
        );

        Assert.Equal(["passed\n", "passed\n"], await Task.WhenAll(node, python));
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its output; the test fails when it failed.</returns>
    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await output}\n{errors}");
        return await output;
    }
}
