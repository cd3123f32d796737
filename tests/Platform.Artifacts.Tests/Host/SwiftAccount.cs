using System.Net;

namespace Platform.Artifacts.Tests.Host;

/// <summary>The S3 server's account seen through Swift's own protocol, so that no S3 client is checked by itself.</summary>
internal sealed class SwiftAccount : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly string _url;

    private SwiftAccount(string url, string token)
    {
        _url = url;
        _http.DefaultRequestHeaders.Add("X-Auth-Token", token);
    }

    public static async Task<SwiftAccount> OpenAsync(S3Server server)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Endpoint}/auth/v1.0");
        request.Headers.Add("X-Auth-User", server.AccessKey);
        request.Headers.Add("X-Auth-Key", server.SecretKey);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return new SwiftAccount(
            response.Headers.GetValues("X-Storage-Url").Single(),
            response.Headers.GetValues("X-Auth-Token").Single()
        );
    }

    /// <summary>When an object was written last.</summary>
    public async Task<string> WrittenAtAsync(string bucket, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{_url}/{bucket}/{key}");
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("X-Timestamp").Single();
    }

    /// <summary>Writes an object that no upload of ours made.</summary>
    public async Task WriteAsync(string bucket, string key, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        using var response = await _http.PutAsync($"{_url}/{bucket}/{key}", content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The multipart uploads that have left something: those in progress, those of objects, and what nobody removed.</summary>
    public async Task<IReadOnlyList<string>> UploadsAsync(string bucket)
    {
        using var response = await _http.GetAsync($"{_url}/{bucket}+segments");
        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            return [];
        }

        response.EnsureSuccessStatusCode();
        // blobs/{sha256}/{upload} marks an upload in progress, blobs/{sha256}/{upload}/{number} is a part.
        var names = await response.Content.ReadAsStringAsync();
        return
        [
            .. names
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => name.Split('/')[2])
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Waits until that many uploads have left something: a busy server may list a change after it answered.</summary>
    public Task<IReadOnlyList<string>> WaitForUploadsAsync(string bucket, int count) =>
        WaitFor.ValueAsync(
            $"{count} uploads in {bucket}",
            () => UploadsAsync(bucket),
            uploads => uploads.Count == count
        );

    public void Dispose() => _http.Dispose();
}
