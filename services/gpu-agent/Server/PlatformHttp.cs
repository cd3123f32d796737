using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.State;

namespace Platform.GpuAgent.Server;

/// <summary>
/// Requests to the platform with this node's token. Every failure is one of two: <see cref="PlatformRefusedException"/>
/// or <see cref="PlatformUnavailableException"/>.
/// </summary>
internal sealed class PlatformHttp : IDisposable
{
    /// <summary>A transfer without progress for this long has failed.</summary>
    public static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Set on a request that must not carry the node's token: one that is no longer known would be refused.
    /// </summary>
    public static readonly HttpRequestOptionsKey<bool> Anonymous = new("anonymous");

    private readonly HttpClient _http;
    private readonly StateFolder _state;
    private bool _tokenRefused;

    public PlatformHttp(IOptions<AgentOptions> options, StateFolder state)
    {
        _state = state;
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = options.Value.ServerAddress,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>True once after the platform has refused this node's token.</summary>
    public bool TakeTokenRefused() => Interlocked.Exchange(ref _tokenRefused, false);

    /// <summary>A path of segments, each escaped.</summary>
    public static string PathOf(params IEnumerable<string> segments) =>
        string.Join('/', segments.Select(Uri.EscapeDataString));

    public static async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), type)
                ?? throw new PlatformUnavailableException("The platform answered null.");
        }
        catch (JsonException exception)
        {
            throw new PlatformUnavailableException("The platform's answer cannot be read.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PlatformUnavailableException(exception.Message, exception);
        }
    }

    /// <summary>
    /// Sends a request; its response headers must arrive within <paramref name="limit"/>. The caller reads the body.
    /// </summary>
    /// <param name="accepted">Statuses besides success that the caller understands.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        TimeSpan limit,
        CancellationToken cancellationToken,
        params HttpStatusCode[] accepted
    )
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        return await SendAsync(request, limited, cancellationToken, accepted);
    }

    /// <summary>As above, for a request that extends <paramref name="limited"/>'s deadline itself.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationTokenSource limited,
        CancellationToken cancellationToken,
        params HttpStatusCode[] accepted
    )
    {
        var anonymous = request.Options.TryGetValue(Anonymous, out var wanted) && wanted;
        if (!anonymous && _state.Identity.NodeToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformUnavailableException("The platform did not answer in time.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PlatformUnavailableException(exception.Message, exception);
        }

        if (response.IsSuccessStatusCode || Array.IndexOf(accepted, response.StatusCode) >= 0)
        {
            return response;
        }

        using (response)
        {
            throw await FailureAsync(response, limited.Token);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Exception> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized)
        {
            Volatile.Write(ref _tokenRefused, true);
        }

        var status = (int)response.StatusCode;
        var detail = await DetailAsync(response, cancellationToken);
        return status is >= 400 and < 500 and not (401 or 408 or 425 or 429)
            ? new PlatformRefusedException(response.StatusCode, detail)
            : new PlatformUnavailableException($"The platform answered {status}: {detail.Text}");
    }

    private static async Task<Sentence> DetailAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var fallback = new Sentence(response.ReasonPhrase ?? response.StatusCode.ToString(), Code: null);
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize(body, PlatformJson.Default.ProblemBody)?.Describe() ?? fallback;
        }
        catch (Exception exception)
            when (exception is JsonException or HttpRequestException or IOException or OperationCanceledException)
        {
            return fallback;
        }
    }
}
