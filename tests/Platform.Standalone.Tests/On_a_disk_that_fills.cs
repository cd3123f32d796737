using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.LocalServers;

namespace Platform.Standalone.Tests;

/// <summary>Artifacts lie on a small file system, which needs root.</summary>
[Trait("suite", "e2e")]
public sealed class On_a_disk_that_fills : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;

    private readonly TestFolder _folder = new();
    private readonly StandaloneProcess _platform = new();
    private PlatformApi? _api;

    private PlatformApi Api => _api ??= new PlatformApi($"http://127.0.0.1:{_platform.Port}");

    private string Small => _folder.In("small");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Small);
        await MachinePrograms.RunAsync("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", Small);
        await _platform.UpAsync($"--Artifacts:Folder={Small}");
    }

    public async Task DisposeAsync()
    {
        _api?.Dispose();
        await _platform.DisposeAsync();
        await MachinePrograms.RunAsync("umount", Small);
        _folder.Dispose();
    }

    [Fact]
    public async Task new_work_is_refused_what_runs_goes_on_and_all_works_again_when_there_is_space()
    {
        var input = _folder.In("input.bin");
        await File.WriteAllBytesAsync(input, [.. Enumerable.Repeat((byte)7, MiB)]);
        await Api.UploadAsync("input", "dataset", input);
        var go = _folder.In("go");
        var running = await Api.SubmitAsync(
            Job($"echo begin; while [ ! -e {go} ]; do sleep 0.1; done; echo done > outputs/result; echo end")
        );
        await WaitFor.ConditionAsync(
            "the training to run",
            async () => (await Api.LogAsync(running)).StartsWith("begin\n", StringComparison.Ordinal)
        );

        var filler = Path.Combine(Small, "filler");
        await File.WriteAllBytesAsync(filler, new byte[62 * MiB]);
        var problem = await WaitFor.ValueAsync(
            "a job to be refused",
            () => TryAsync("/api/jobs", JsonContent.Create(Job("true"))),
            answer => answer.Status is HttpStatusCode.InsufficientStorage
        );
        var health = await Api.GetAsync("/health/ready");
        var version = await TryAsync(
            "/api/artifacts/other/versions",
            JsonContent.Create(new { files = Array.Empty<object>() })
        );

        Assert.Equal("disk.full", problem.Body["code"]!.GetValue<string>());
        Assert.Contains("enlarge the disk", problem.Body["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("degraded", health["status"]!.GetValue<string>());
        Assert.Contains("artifacts", health["disks"]![0]!["name"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InsufficientStorage, version.Status);
        Assert.Equal(MiB, (await Api.DownloadAsync("input", "1", "input.bin")).Length);
        await File.WriteAllTextAsync(go, "");
        await WaitFor.ConditionAsync(
            "the training to end",
            async () => string.Equals(await Api.LogAsync(running), "begin\nend\n", StringComparison.Ordinal)
        );

        File.Delete(filler);
        await Api.WaitForStatusAsync(running, "succeeded");
        var next = await WaitFor.ValueAsync(
            "a job to be accepted",
            () => TryAsync("/api/jobs", JsonContent.Create(Job("echo more > outputs/result"))),
            answer => answer.Status is HttpStatusCode.Created
        );
        await Api.WaitForStatusAsync(next.Body["id"]!.GetValue<Guid>(), "succeeded");
        Assert.Equal("done\n"u8.ToArray(), await Api.DownloadAsync("result", "1", "result"));
        Assert.Equal("more\n"u8.ToArray(), await Api.DownloadAsync("result", "2", "result"));
        Assert.Contains(
            "nothing new is accepted",
            problem.Body["detail"]!.GetValue<string>(),
            StringComparison.Ordinal
        );
    }

    private static object Job(string script) =>
        new
        {
            name = "script",
            command = new[] { "sh", "-c", script },
            resources = new { cpus = 0.5, memoryMiB = 64 },
            outputs = new[] { new { path = "outputs", artifact = "result" } },
        };

    private async Task<(HttpStatusCode Status, JsonNode Body)> TryAsync(string path, HttpContent body)
    {
        using var response = await Api.Http.PostAsync(path, body);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
