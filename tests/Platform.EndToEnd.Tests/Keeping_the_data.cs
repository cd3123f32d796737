using System.Diagnostics;
using System.Text;
using Platform.Contracts.Services;

namespace Platform.EndToEnd.Tests;

[Trait("suite", "e2e")]
public sealed class Keeping_the_data
{
    [Fact]
    [Trait("check", "OPS-01")]
    public async Task in_a_copied_folder_and_rebuilt_read_models_gives_the_same_answers()
    {
        using var folder = new TestFolder();
        var original = folder.In("original");
        var copy = folder.In("copy");
        string answers;
        await using (var platform = new StandalonePlatform(original))
        {
            await platform.UpAsync();
            await platform.Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
            var jobId = await platform.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 3));
            await platform.Api.WaitForStatusAsync(jobId, "succeeded");
            await platform.Api.WaitForRunsAsync();
            var run = Assert.Single((await platform.Api.GetAsync("/api/runs"))["items"]!.AsArray());
            Assert.Equal("finished", run!["status"]!.GetValue<string>());
            answers = await AnswersAsync(platform.Api, jobId);

            await platform.DownAsync();
            await CopyAsync(original, copy);

            await using var restored = new StandalonePlatform(copy);
            await restored.UpAsync();
            Assert.Equal(answers, await AnswersAsync(restored.Api, jobId));

            await Command.SucceedAsync(TimeSpan.FromMinutes(2), ["rebuild", .. ServiceCatalog.Schemas, "--data", copy]);

            Assert.Equal(answers, await AnswersAsync(restored.Api, jobId));
        }
    }

    private static async Task<string> AnswersAsync(PlatformApi api, Guid jobId)
    {
        var run = (await api.GetAsync($"/api/jobs/{jobId}"))["runId"]!.GetValue<string>();
        var answers = new StringBuilder();
        foreach (
            var path in new[]
            {
                "/api/jobs",
                $"/api/jobs/{jobId}",
                $"/api/jobs/{jobId}/events",
                $"/api/jobs/{jobId}/logs",
                $"/api/jobs/{jobId}/artifacts",
                "/api/runs",
                $"/api/runs/{run}",
                $"/api/runs/{run}/metrics?keys=loss,accuracy&points=100",
                "/api/artifacts",
                "/api/artifacts/digits-model",
                "/api/artifacts/digits-model/versions/latest",
                "/api/artifacts/optdigits/versions/1",
                "/api/tokens",
                "/api/users",
                "/api/projects",
            }
        )
        {
            answers.AppendLine(await api.Http.GetStringAsync(path));
        }

        return answers.ToString();
    }

    /// <summary>Copies as an administrator would: with owners and modes, while nothing runs.</summary>
    private static async Task CopyAsync(string from, string to)
    {
        using var copying = Process.Start("cp", ["-a", from, to]);
        await copying.WaitForExitAsync();
        Assert.Equal(0, copying.ExitCode);
    }
}
