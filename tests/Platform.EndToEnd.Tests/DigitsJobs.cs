using System.Text.Json.Nodes;

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

    /// <summary>The example's own job file, made to last.</summary>
    /// <param name="kind">The label of the nodes that may run it.</param>
    /// <param name="secondsPerEpoch">The shortest time an epoch takes.</param>
    public static JsonNode InTorchSharp(string kind, double secondsPerEpoch)
    {
        var file = Repository.PathOf("examples", "digits-torchsharp", "job.json");
        var job = JsonNode.Parse(File.ReadAllText(file))!;
        // Where it was built, as libtorch is large and the node is on this machine.
        job.AsObject().Remove("source");
        job["command"]![1] = Repository.DigitsTorchSharp;
        job["command"]!.AsArray().Add("--epoch-seconds");
        job["command"]!.AsArray().Add($"{secondsPerEpoch}");
        job["retry"]!["backoffSeconds"] = 1;
        job["labels"] = new JsonObject { ["kind"] = kind };
        return job;
    }

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
