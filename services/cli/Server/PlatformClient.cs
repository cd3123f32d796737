using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts;

namespace Platform.Cli.Server;

/// <summary>Client of the public API. Every failure is a <see cref="CliException"/> with a one-line message.</summary>
internal sealed class PlatformClient : IDisposable
{
    /// <summary>
    /// A body of this size is announced first: whoever answers early, such as that it is too large, closes the connection, and what
    /// was answered is lost to a client that is still sending.
    /// </summary>
    private const int LargeBody = 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly string? _source;
    private bool _isCertificateRefused;

    /// <param name="address">Where the platform is.</param>
    /// <param name="token">What requests are authorized by; null for none.</param>
    /// <param name="source">Where the address was found, when nobody gave it with the command.</param>
    /// <param name="handler">Sends the requests; real ones are sent when left out.</param>
    public PlatformClient(Uri address, string? token, string? source = null, HttpMessageHandler? handler = null)
    {
        _address = address;
        _source = source;
        // Logs are followed for hours and artifacts are large: commands have no timeout, only an interrupt.
        _http = new HttpClient(
            handler
                ?? new SocketsHttpHandler
                {
                    ConnectTimeout = TimeSpan.FromSeconds(10),
                    // HTTPS_PROXY, ALL_PROXY and NO_PROXY are read by .NET; no proxy reaches this machine's own address.
                    UseProxy = !address.IsLoopback,
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        RemoteCertificateValidationCallback = (_, _, _, errors) =>
                            !(_isCertificateRefused = errors is not SslPolicyErrors.None),
                    },
                }
        )
        {
            // The platform may be one path of a host: https://host/ml.
            BaseAddress = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform-cli", "0.1"));
        if (!string.IsNullOrEmpty(token))
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Uri Address => _address;

    /// <summary>Whether anything has ever answered: a platform that does not answer now is being restarted, not absent.</summary>
    public bool HasAnswered { get; private set; }

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public Task<JsonNode> PostAsync(string path, HttpContent? content, CancellationToken cancellationToken) =>
        JsonAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, cancellationToken);

    public Task<JsonNode> PutAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        JsonAsync(
            new HttpRequestMessage(HttpMethod.Put, path)
            {
                Content = JsonContent.Create(body, options: JsonDefaults.Lenient),
            },
            cancellationToken
        );

    /// <summary>Sends a request and reads the answer.</summary>
    public Task<JsonNode> SendJsonAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        JsonAsync(request, cancellationToken);

    /// <summary>
    /// Sends a request and returns the response once its headers arrived; any status but success is an error.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await TrySendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var problem = Problems.Describe(response, await ReadAsync(response, cancellationToken));
            throw (int)response.StatusCode switch
            {
                404 => new NotFoundException(problem),
                409 => new ConflictException(problem),
                413 => new TooLargeException(problem),
                502 or 503 or 504 => new PlatformUnavailableException(problem),
                _ => new CliException(problem),
            };
        }
    }

    /// <summary>Sends a request and returns the response with any status; only a missing answer is an error.</summary>
    public async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { IsAbsoluteUri: false } path)
        {
            // A slash at the beginning would leave the path of the platform.
            request.RequestUri = new Uri(path.OriginalString.TrimStart('/'), UriKind.Relative);
        }

        if (request.Content?.Headers.ContentLength >= LargeBody)
        {
            request.Headers.ExpectContinue = true;
        }

        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            HasAnswered = true;
            return response;
        }
        catch (HttpRequestException exception)
        {
            throw ProblemWith(exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private CliException ProblemWith(HttpRequestException exception) =>
        exception.InnerException is AuthenticationException untrusted
            ? _isCertificateRefused
                ? new CliException(
                    $"The certificate of {_address} is not trusted ({untrusted.Message.TrimEnd('.')}). SSL_CERT_FILE can name a file with those of your authorities.",
                    exception
                )
                : new CliException(
                    $"What answers at {_address} does not speak https. Give the address with http:// if it is meant.",
                    exception
                )
            : exception.HttpRequestError is HttpRequestError.InvalidResponse
                ? new CliException(
                    $"What answers at {_address} does not speak http. Give the address with https:// if it is meant.",
                    exception
                )
                : new PlatformUnavailableException(
                    $"The platform does not answer at {_address} ({Why(exception)}). {WhatToDo()}",
                    exception
                );

    /// <summary>Only a platform on this machine can be started here.</summary>
    private string WhatToDo() =>
        (
            _address.IsLoopback
                ? "Start it with './platform up', or give another address with --server"
                : "Check the address, and that it runs there; --server gives another one"
        ) + (_source is null ? "." : $"; this one is that of {_source}.");

    private static string Why(HttpRequestException exception) =>
        exception.InnerException is SocketException socket ? socket.Message
        : exception.HttpRequestError is HttpRequestError.ProxyTunnelError ? "the proxy refuses to connect to it"
        : exception.HttpRequestError is HttpRequestError.ResponseEnded ? "it closed the connection"
        : exception.InnerException is IOException ? "the connection was lost"
        : exception.Message.TrimEnd('.');

    private async Task<JsonNode> JsonAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var response = await SendAsync(request, cancellationToken);
            var text = await ReadAsync(response, cancellationToken);
            if (text.Length == 0)
            {
                return new JsonObject();
            }

            try
            {
                return JsonNode.Parse(text) ?? new JsonObject();
            }
            catch (JsonException exception)
            {
                throw new CliException(
                    $"{_address} does not answer like a platform; another program may be running there.",
                    exception
                );
            }
        }
    }

    private async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PlatformUnavailableException(
                $"{_address} closed the connection in the middle of its answer.",
                exception
            );
        }
    }
}
