using System.Text;
using System.Text.Json.Nodes;
using Platform.Contracts.Services;

namespace Platform.EndToEnd.Tests;

[Trait("suite", "e2e")]
public sealed class Backing_up_while_jobs_run : IDisposable
{
    private const int Jobs = 200;

    /// <summary>How many of them must run to their end once restored; the others may be cancelled then.</summary>
    private const int Awaited = 30;
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("check", "OPS-01")]
    public async Task keeps_what_has_ended_and_tries_what_ran_again()
    {
        var (data, copy, file) = (_folder.In("original"), _folder.In("copy"), _folder.In("backup.tar"));
        List<Guid> ended;
        List<Guid> endless = [];
        List<Guid> many = [];
        string answers;
        await using (var platform = new StandalonePlatform(data))
        {
            await platform.UpAsync();
            await platform.Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
            ended = await SubmitAsync(platform.Api, "before", 2, "echo kept");
            ended.Add(await platform.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 3)));
            await WaitForEndAsync(platform.Api, ended);
            await platform.Api.WaitForRunsAsync();
            answers = await AnswersAsync(platform.Api, ended);

            // What runs in the first attempt when it is backed up ends at once in the second.
            endless = await SubmitAsync(
                platform.Api,
                "running",
                2,
                """if [ "$PLATFORM_ATTEMPT" = 1 ]; then sleep 1000; fi; echo again"""
            );
            foreach (var id in endless)
            {
                await platform.Api.WaitForStatusAsync(id, "running");
            }

            many = await SubmitAsync(platform.Api, "many", Jobs, "echo one of many");
            Assert.Contains(
                "--online",
                (await Command.RunAsync(TimeSpan.FromMinutes(1), "backup", file, "--data", data)).Errors,
                StringComparison.Ordinal
            );
            var written = await Command.SucceedAsync(
                TimeSpan.FromMinutes(2),
                "backup",
                "--online",
                "--json",
                file,
                "--data",
                data
            );
            Assert.InRange(JsonNode.Parse(written)!["blobs"]!.GetValue<int>(), 2, 20);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await Command.SucceedAsync(TimeSpan.FromMinutes(1), "backup", "verify", file);
        await RefusesADamagedOneAsync(file);
        await Command.SucceedAsync(TimeSpan.FromMinutes(3), "restore", file, "--data", copy);

        await using (var restored = new StandalonePlatform(copy, ("Nodes__HeartbeatSeconds", "1")))
        {
            await restored.UpAsync();
            await Command.SucceedAsync(TimeSpan.FromMinutes(1), "verify", "--blobs", "--data", copy);
            Assert.Equal(answers, await AnswersAsync(restored.Api, ended));
            await Command.SucceedAsync(TimeSpan.FromMinutes(2), ["rebuild", .. ServiceCatalog.Schemas, "--data", copy]);
            Assert.Equal(answers, await AnswersAsync(restored.Api, ended));
            Assert.Equal(
                await File.ReadAllBytesAsync(Repository.Optdigits),
                await restored.Api.DownloadAsync("optdigits", "1", Path.GetFileName(Repository.Optdigits))
            );

            await WaitForEndAsync(restored.Api, [.. endless, .. many.Take(Awaited)]);
            foreach (var id in endless)
            {
                var job = await restored.Api.WaitForStatusAsync(id, "succeeded");
                Assert.Equal(2, job["attempt"]!.GetValue<int>());
                Assert.Contains(
                    "attempt_lost",
                    (await restored.Api.GetAsync($"/api/jobs/{id}/events")).ToJsonString(),
                    StringComparison.Ordinal
                );
                Assert.Equal("again\n", await restored.Api.LogAsync(id));
            }

            await CancelAsync(restored.Api, many.Skip(Awaited));
            await WaitFor.ConditionAsync(
                "all jobs to end, and none to be lost",
                async () =>
                    await CountAsync(restored.Api, "succeeded") + await CountAsync(restored.Api, "cancelled")
                    == ended.Count + endless.Count + Jobs
            );
        }

        Assert.Empty(RunningProcesses.With("cmdline", _folder.Path));
    }

    /// <summary>Changes one byte in the middle of a copy.</summary>
    private async Task RefusesADamagedOneAsync(string file)
    {
        var damaged = _folder.In("damaged.tar");
        File.Copy(file, damaged);
        using (var stream = new FileStream(damaged, FileMode.Open))
        {
            stream.Position = stream.Length / 2;
            var value = stream.ReadByte();
            stream.Position--;
            stream.WriteByte((byte)(value ^ 1));
        }

        var refused = await Command.RunAsync(
            TimeSpan.FromMinutes(1),
            "restore",
            damaged,
            "--data",
            _folder.In("nothing")
        );

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("its checksum does not match", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.In("nothing")));
    }

    private static async Task<List<Guid>> SubmitAsync(PlatformApi api, string name, int count, string script)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(
                await api.SubmitAsync(
                    new
                    {
                        name,
                        project = "e2e/backup",
                        command = new[] { "sh", "-c", script },
                        resources = new { cpus = 0.1, memoryMiB = 16 },
                    }
                )
            );
        }

        return ids;
    }

    private static async Task WaitForEndAsync(PlatformApi api, IReadOnlyList<Guid> ids)
    {
        foreach (var id in ids)
        {
            await api.WaitForStatusAsync(id, "succeeded", TimeSpan.FromMinutes(4));
        }
    }

    /// <summary>Cancels those that have not ended.</summary>
    private static Task CancelAsync(PlatformApi api, IEnumerable<Guid> ids) =>
        Parallel.ForEachAsync(
            ids,
            async (id, cancellationToken) =>
            {
                using var response = await api.Http.PostAsync(
                    $"/api/jobs/{id}/cancel",
                    content: null,
                    cancellationToken
                );
            }
        );

    private static async Task<int> CountAsync(PlatformApi api, string status) =>
        (await api.GetAsync($"/api/jobs?status={status}&limit=1"))["total"]!.GetValue<int>();

    private static async Task<string> AnswersAsync(PlatformApi api, IEnumerable<Guid> jobs)
    {
        var answers = new StringBuilder();
        foreach (var id in jobs)
        {
            var run = (await api.GetAsync($"/api/jobs/{id}"))["runId"]!.GetValue<string>();
            foreach (var path in new[] { "", "/events", "/logs", "/artifacts" })
            {
                answers.AppendLine(await api.Http.GetStringAsync($"/api/jobs/{id}{path}"));
            }

            answers.AppendLine(await api.Http.GetStringAsync($"/api/runs/{run}"));
            answers.AppendLine(await api.Http.GetStringAsync($"/api/runs/{run}/metrics?keys=loss,accuracy&points=100"));
        }

        foreach (
            var path in new[]
            {
                "/api/artifacts",
                "/api/artifacts/optdigits/versions/1",
                "/api/artifacts/digits-model/versions/latest",
                "/api/users",
                "/api/tokens",
                "/api/projects",
            }
        )
        {
            answers.AppendLine(await api.Http.GetStringAsync(path));
        }

        return answers.ToString();
    }
}
