namespace Platform.EndToEnd.Tests;

/// <summary>The example trainings as jobs.</summary>
internal static class DigitsJobs
{
    public static object InCSharp(int epochs = 20, double secondsPerEpoch = 0, int maxAttempts = 1) =>
        new
        {
            name = "digits",
            project = "e2e/digits",
            command = new[]
            {
                "dotnet",
                Repository.Digits,
                "--data",
                "inputs/optdigits",
                "--epochs",
                $"{epochs}",
                "--epoch-seconds",
                $"{secondsPerEpoch}",
            },
            inputs = new[] { new { artifact = "optdigits:latest", path = "inputs/optdigits" } },
            outputs = new[]
            {
                new
                {
                    path = "outputs",
                    artifact = "digits-model",
                    type = "model",
                },
            },
            resources = new
            {
                gpus = 0,
                cpus = 1,
                memoryMiB = 512,
            },
            retry = new { maxAttempts, backoffSeconds = 1 },
            timeoutSeconds = 600,
        };

    public static object InPyTorch(int epochs) =>
        new
        {
            name = "digits-pytorch",
            project = "e2e/digits",
            command = new[] { "/usr/bin/python3", "train.py", "--epochs", $"{epochs}" },
            files = new Dictionary<string, string>
            {
                ["train.py"] = File.ReadAllText(Repository.PathOf("examples", "digits-pytorch", "train.py")),
                ["platform_sdk.py"] = File.ReadAllText(Repository.PythonSdk),
            },
            outputs = new[]
            {
                new
                {
                    path = "outputs",
                    artifact = "digits-pytorch-model",
                    type = "model",
                },
            },
            resources = new
            {
                gpus = 0,
                cpus = 1,
                memoryMiB = 1024,
            },
            timeoutSeconds = 600,
        };
}
