using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>
/// Sends webhooks as Standard Webhooks says. Of an answer the status counts, and nothing else of it is read or kept: an address that
/// answers with what it should not tell tells it nobody.
/// </summary>
internal sealed class WebhookSender(WebhookConnections connections, IOptions<AlertOptions> options, TimeProvider clock)
{
    private const int MaxRedirects = 3;

    public async Task<SendOutcome> SendAsync(
        string address,
        string secret,
        AlertNotice notice,
        CancellationToken cancellationToken
    )
    {
        if (WebhookAddresses.Read(address) is not { } url)
        {
            return Refused;
        }

        var body = notice.ToJson();
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                if (!WebhookAddresses.AllowsHost(url, options.Value.AllowPrivateAddresses))
                {
                    return Refused;
                }

                using var request = Request(url, secret, notice.Id, body);
                using var response = await connections.Client.SendAsync(
                    request,
                    HttpCompletionOption.ResponseHeadersRead,
                    cancellationToken
                );
                if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    return Of(response);
                }

                if (redirects == MaxRedirects || Next(url, response) is not { } next)
                {
                    return new SendOutcome((int)response.StatusCode, AlertSentences.Redirects);
                }

                url = next;
            }
        }
        catch (HttpRequestException failure)
        {
            return IsRefused(failure) ? Refused : new SendOutcome(Status: null, AlertSentences.Unreachable);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome(Status: null, AlertSentences.TimedOut);
        }
    }

    /// <summary>Another address would be refused too: its name leads where webhooks may not go.</summary>
    private static SendOutcome Refused => new(Status: null, AlertSentences.Refused, IsFinal: true);

    private HttpRequestMessage Request(Uri url, string secret, string id, byte[] body)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            Headers =
            {
                { WebhookSignature.IdHeader, id },
                { WebhookSignature.TimestampHeader, timestamp },
                { WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, id, timestamp, body) },
            },
        };
    }

    private static SendOutcome Of(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return response.IsSuccessStatusCode ? new SendOutcome(status, Error: null)
            : status is >= 300 and < 400 ? new SendOutcome(status, AlertSentences.RedirectNotFollowed.With(status))
            : new SendOutcome(status, AlertSentences.Status.With(status));
    }

    /// <summary>Where an answer leads; null where nothing can be sent, or where it would be sent without encryption.</summary>
    private static Uri? Next(Uri url, HttpResponseMessage response) =>
        response.Headers.Location is { } location
        && Uri.TryCreate(url, location, out var next)
        && next.AbsoluteUri.Length <= WebhookAddresses.MaxUrl
        && WebhookAddresses.IsOfWeb(next)
        && (next.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? next
            : null;

    private static bool IsRefused(Exception? failure) =>
        failure is AddressRefusedException || (failure is not null && IsRefused(failure.InnerException));
}
