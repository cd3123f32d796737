using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Server;

/// <summary>Client for an attempt's work and log.</summary>
internal sealed class JobsClient(PlatformHttp http)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    public async Task<AttemptWork> GetWorkAsync(AttemptKey key, CancellationToken cancellationToken)
    {
        var address = $"api/jobs/{key.JobId}/attempts/{key.Attempt}/work?rank={key.Rank}";
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await http.SendAsync(request, _limit, cancellationToken);
        return await PlatformHttp.ReadAsync(response, PlatformJson.Default.AttemptWork, cancellationToken);
    }

    /// <summary>Stores bytes of an attempt's log.</summary>
    /// <param name="complete">Nothing follows.</param>
    /// <returns>How much is stored: where to continue, whether or not these bytes were accepted.</returns>
    public async Task<long> AppendLogAsync(
        AttemptKey key,
        long offset,
        ReadOnlyMemory<byte> bytes,
        bool complete,
        CancellationToken cancellationToken
    )
    {
        var address =
            $"api/jobs/{key.JobId}/logs?attempt={key.Attempt}&rank={key.Rank}&offset={offset}"
            + (complete ? "&complete=true" : "");
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new ReadOnlyMemoryContent(bytes);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.SendAsync(request, _limit, cancellationToken, HttpStatusCode.Conflict);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return StoredOffset(body)
            ?? throw (
                response.IsSuccessStatusCode
                    ? new PlatformUnavailableException("The platform did not return how much of the log it has stored.")
                    : new PlatformRefusedException(
                        response.StatusCode,
                        new Sentence("The log is no longer accepted.", Code: null)
                    )
            );
    }

    private static long? StoredOffset(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, PlatformJson.Default.LogPosition)?.Offset;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
