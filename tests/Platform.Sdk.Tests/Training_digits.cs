using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Sdk.Tests;

public sealed partial class Training_digits : SdkTest
{
    private static readonly string _data = Repository.PathOf("examples", "data", "optdigits");

    [Fact]
    [Trait("check", "JOB-02")]
    public async Task in_csharp_reaches_95_percent_and_tracks_every_epoch()
    {
        var output = await TrainInCSharpAsync(epochs: 20);

        AssertLearned(output, epochs: 20);
        Assert.True(new FileInfo(Folder.In("outputs", "model.bin")).Length > 10_000);
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task in_csharp_resumes_after_a_kill_with_the_same_results()
    {
        var whole = Epochs(await TrainInCSharpAsync(epochs: 30, folder: "whole"));
        using (var process = StartCSharp(epochs: 30, epochSeconds: 0.3))
        {
            await KillAfterEpochAsync(process, 3);
        }

        var output = await TrainInCSharpAsync(epochs: 30);

        var resumed = int.Parse(Resumption().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(resumed, 3, 29);
        Assert.Equal(whole.Skip(resumed), Epochs(output));
        Assert.Equal(Enumerable.Range(1, 30).Select(e => (long)e), Series("loss"));
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public async Task in_csharp_tracks_nothing_when_tracking_is_disabled()
    {
        var environment = Environment();
        environment["PLATFORM_DISABLED"] = "1";

        var output = await Script.RunAsync("dotnet", CSharpArguments(2, 0), FolderOf("."), environment);

        Assert.Equal(2, Epochs(output).Count);
        Assert.Equal(0, Platform.Requests);
        Assert.False(Directory.Exists(environment["PLATFORM_SPOOL_DIR"]));
    }

    [Fact]
    public async Task in_csharp_reports_invalid_arguments()
    {
        foreach (var arguments in new string[][] { ["--epochs", "none"], ["--data", "nowhere"], ["--unknown", "1"] })
        {
            using var process = Script.Start("dotnet", [Repository.Digits, .. arguments], Folder.Path, Environment());
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(2, process.ExitCode);
            Assert.NotEmpty(errors);
        }
    }

    [Fact]
    public async Task in_pytorch_reaches_95_percent_and_tracks_every_epoch()
    {
        var output = await TrainInPyTorchAsync(epochs: 6);

        AssertLearned(output, epochs: 6);
        Assert.True(File.Exists(Folder.In("outputs", "model.pt")));
    }

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task in_pytorch_resumes_after_a_kill_with_the_same_results()
    {
        var whole = Epochs(await TrainInPyTorchAsync(epochs: 12, folder: "whole"));
        using (var process = StartPyTorch(epochs: 12, epochSeconds: 1))
        {
            await KillAfterEpochAsync(process, 2);
        }

        var output = await TrainInPyTorchAsync(epochs: 12);

        var resumed = int.Parse(Resumption().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(resumed, 2, 11);
        Assert.Equal(whole.Skip(resumed), Epochs(output));
        Assert.Equal(Enumerable.Range(1, 12).Select(e => (long)e), Series("loss"));
    }

    [Fact]
    public async Task in_pytorch_needs_neither_the_platform_nor_its_sdk()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);

        var output = await Script.RunAsync("/usr/bin/python3", PyTorchArguments(epochs: 1), Folder.Path, variables);

        Assert.Single(Epochs(output));
        Assert.Equal(0, Platform.Requests);
    }

    private void AssertLearned(string output, int epochs)
    {
        var lines = Epochs(output);
        Assert.Equal(epochs, lines.Count);
        var accuracy = double.Parse(lines[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.True(accuracy >= 0.95, lines[^1]);
        Assert.Equal(Enumerable.Range(1, epochs).Select(e => (long)e), Series("loss"));
        Assert.Equal(Enumerable.Range(1, epochs).Select(e => (long)e), Series("accuracy"));
        Assert.Equal(accuracy, Platform.Merged["summary"]!["accuracy"]!.GetValue<double>(), 4);
        Assert.Equal("finished", Platform.Status);
    }

    /// <summary>The lines of epochs.</summary>
    private static List<string> Epochs(string output) =>
        [.. output.Split('\n').Where(line => line.StartsWith("epoch ", StringComparison.Ordinal))];

    private IEnumerable<long> Series(string key) =>
        Platform.Points.Where(p => p["key"]!.GetValue<string>() == key).Select(p => p["step"]!.GetValue<long>());

    private static async Task KillAfterEpochAsync(System.Diagnostics.Process process, int epoch)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith($"epoch {epoch}/", StringComparison.Ordinal))
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.NotEqual(0, process.ExitCode);
    }

    private Task<string> TrainInCSharpAsync(int epochs, string folder = ".") =>
        Script.RunAsync("dotnet", CSharpArguments(epochs, 0), FolderOf(folder), Environment(folder));

    private System.Diagnostics.Process StartCSharp(int epochs, double epochSeconds) =>
        Script.Start("dotnet", CSharpArguments(epochs, epochSeconds), FolderOf("."), Environment());

    private Task<string> TrainInPyTorchAsync(int epochs, string folder = ".") =>
        Script.RunAsync("/usr/bin/python3", PyTorchArguments(epochs), FolderOf(folder), Environment(folder));

    private System.Diagnostics.Process StartPyTorch(int epochs, double epochSeconds) =>
        Script.Start("/usr/bin/python3", PyTorchArguments(epochs, epochSeconds), FolderOf("."), Environment());

    private static string[] CSharpArguments(int epochs, double epochSeconds) =>
        [Repository.Digits, "--data", _data, "--epochs", $"{epochs}", "--epoch-seconds", $"{epochSeconds}"];

    private static string[] PyTorchArguments(int epochs, double epochSeconds = 0) =>
        [
            Repository.PathOf("examples", "digits-pytorch", "train.py"),
            "--data",
            _data,
            "--epochs",
            $"{epochs}",
            "--epoch-seconds",
            $"{epochSeconds}",
        ];

    private string FolderOf(string name) => Directory.CreateDirectory(Folder.In(name)).FullName;

    /// <summary>Only the training in the test's own folder is tracked; another one is for comparison.</summary>
    private Dictionary<string, string> Environment(string folder = ".") =>
        new(StringComparer.Ordinal)
        {
            ["PYTHONPATH"] = Repository.PathOf("sdk", "python"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PLATFORM_URL"] = folder == "." ? Platform.Url.ToString() : "",
            ["PLATFORM_RUN_ID"] = "digits",
            ["PLATFORM_SPOOL_DIR"] = Spool,
            ["PLATFORM_ENVIRONMENT"] = "0",
            ["PLATFORM_SYSTEM_METRICS"] = "0",
        };

    [GeneratedRegex(@"resuming after epoch (\d+) of")]
    private static partial Regex Resumption();
}
