using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace Platform.Testing;

/// <summary>The public API as a client sees it, for tests that run whole platforms.</summary>
public sealed class PlatformApi(string url) : IDisposable
{
    private static readonly string[] _final = ["succeeded", "failed", "cancelled"];

    /// <summary>The client underneath, for calls that have no method here.</summary>
    public HttpClient Http { get; } = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(100) };

    /// <summary>Submits a job.</summary>
    /// <returns>Its id.</returns>
    public async Task<Guid> SubmitAsync(object job)
    {
        using var response = await Http.PostAsJsonAsync("/api/jobs", job);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"submit answered {(int)response.StatusCode}: {body}");
        return JsonNode.Parse(body)!["id"]!.GetValue<Guid>();
    }

    /// <summary>Asks for the end of a job; it may take its grace.</summary>
    public async Task CancelAsync(Guid jobId)
    {
        using var response = await Http.PostAsync($"/api/jobs/{jobId}/cancel", content: null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Reads JSON; anything but success fails the test with what was answered.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path} answered {(int)response.StatusCode}: {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>Waits until a job has a status.</summary>
    public async Task<JsonNode> WaitForStatusAsync(Guid jobId, string status, TimeSpan? within = null)
    {
        JsonNode? job = null;
        await WaitFor.ConditionAsync(
            $"job {jobId} to be {status}",
            async () =>
            {
                job = await GetAsync($"/api/jobs/{jobId}");
                var now = job["status"]!.GetValue<string>();
                if (now != status && _final.Contains(now))
                {
                    Assert.Fail($"The job ended {now} instead of {status}: {job}\n{await LogAsync(jobId)}");
                }

                return now == status;
            },
            within ?? TimeSpan.FromSeconds(120),
            () => $"Last seen: {job}"
        );
        return job!;
    }

    /// <summary>The log of a job's newest attempt, or of the one named.</summary>
    public Task<string> LogAsync(Guid jobId, int? attempt = null) =>
        Http.GetStringAsync($"/api/jobs/{jobId}/logs{(attempt is null ? "" : $"?attempt={attempt}")}");

    /// <summary>Uploads one file as a new version of an artifact.</summary>
    public async Task<int> UploadAsync(string artifact, string type, params string[] files)
    {
        var entries = new List<object>();
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            var sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
            using var content = new ByteArrayContent(bytes);
            using var put = await Http.PutAsync($"/api/artifacts/blobs/{sha}", content);
            put.EnsureSuccessStatusCode();
            entries.Add(
                new
                {
                    path = Path.GetFileName(file),
                    size = bytes.LongLength,
                    sha256 = sha,
                }
            );
        }

        using var created = await Http.PostAsJsonAsync(
            $"/api/artifacts/{artifact}/versions",
            new { type, files = entries }
        );
        created.EnsureSuccessStatusCode();
        return (await created.Content.ReadFromJsonAsync<JsonNode>())!["version"]!.GetValue<int>();
    }

    /// <summary>Downloads one file of a version and checks it against the manifest.</summary>
    public async Task<byte[]> DownloadAsync(string artifact, string version, string path)
    {
        var manifest = await GetAsync($"/api/artifacts/{artifact}/versions/{version}");
        var expected = manifest["files"]!.AsArray().Single(file => file!["path"]!.GetValue<string>() == path)!;
        var bytes = await Http.GetByteArrayAsync($"/api/artifacts/{artifact}/versions/{version}/files/{path}");
        Assert.Equal(expected["sha256"]!.GetValue<string>(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return bytes;
    }

    /// <inheritdoc />
    public void Dispose() => Http.Dispose();
}
