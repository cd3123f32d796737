using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Microsoft.Extensions.Options;

namespace Platform.ElasticLogs;

/// <summary>What became of a bulk request.</summary>
internal enum BulkResult
{
    /// <summary>Each document has an answer of its own.</summary>
    Answered,

    /// <summary>Nothing can be sent at present.</summary>
    Unavailable,

    /// <summary>As a whole it is refused: too large, or broken by one of its documents.</summary>
    Refused,
}

/// <summary>The answer about one document that was not created.</summary>
/// <param name="Index">Which of the request's documents.</param>
internal readonly record struct BulkFault(int Index, int Status, string Type, string Reason)
{
    /// <summary>It was created before.</summary>
    public bool IsRepeat => Status == 409;

    /// <summary>The server had no room for it at the time.</summary>
    public bool IsTemporary => Status is 429 or >= 500;
}

/// <param name="Status">The HTTP status; 0 where there was no answer.</param>
/// <param name="Reason">What was answered in place of results.</param>
/// <param name="RetryAfter">When to try again, where the server says so.</param>
internal sealed record BulkAnswer(
    BulkResult Result,
    int Status,
    string Reason,
    TimeSpan? RetryAfter,
    IReadOnlyList<BulkFault> Faults
);

/// <summary>Sends single bulk requests over Elastic's client, whose transport gets the documents as they are.</summary>
internal sealed class BulkClient : IDisposable
{
    private const string Ndjson = "application/vnd.elasticsearch+x-ndjson;compatible-with=9";
    private const string Json = "application/vnd.elasticsearch+json;compatible-with=9";
    private const int MaxReason = 300;

    private readonly ElasticsearchClientSettings _settings;
    private readonly ElasticsearchClient _client;

    private readonly RequestConfiguration _request = new()
    {
        ContentType = Ndjson,
        Accept = Json,
        ResponseHeadersToParse = new HeadersList("Retry-After"),
    };

    public BulkClient(IOptions<ElasticsearchOptions> options)
    {
        var value = options.Value;
        _settings = new ElasticsearchClientSettings(new SingleNodePool(new Uri(value.Url)))
            .MaximumRetries(0)
            .DisablePing()
            .DisableAuditTrail()
            .RequestTimeout(value.RequestTimeout);
        if (value.ApiKey.Length > 0)
        {
            _settings.Authentication(new Elastic.Transport.ApiKey(value.ApiKey));
        }
        else if (value.Username.Length > 0)
        {
            _settings.Authentication(new BasicAuthentication(value.Username, value.Password));
        }

        if (value.CertificateFingerprint.Length > 0)
        {
            _settings.CertificateFingerprint(value.CertificateFingerprint.Replace(":", "", StringComparison.Ordinal));
        }

        _client = new ElasticsearchClient(_settings);
    }

    /// <summary>Creates documents in a data stream.</summary>
    public async Task<BulkAnswer> SendAsync(
        string stream,
        IReadOnlyList<ElasticDocument> documents,
        CancellationToken cancellationToken
    )
    {
        var body = new ArrayBufferWriter<byte>(documents.Sum(document => document.Bytes));
        foreach (var document in documents)
        {
            document.WriteTo(body);
        }

        var path = new EndpointPath(
            Elastic.Transport.HttpMethod.POST,
            $"/{stream}/_bulk?filter_path=errors,error,items.*.status,items.*.error.type,items.*.error.reason"
        );
        var response = await _client.Transport.RequestAsync<BytesResponse>(
            path,
            PostData.ReadOnlyMemory(body.WrittenMemory),
            configureActivity: null,
            _request,
            cancellationToken
        );
        cancellationToken.ThrowIfCancellationRequested();
        return Read(response, documents.Count);
    }

    public void Dispose() => ((IDisposable)_settings).Dispose();

    private static BulkAnswer Read(BytesResponse response, int count)
    {
        var call = response.ApiCallDetails;
        var status = call.HttpStatusCode ?? 0;
        if (status == 200)
        {
            return TryReadFaults(response.Body, count, out var faults)
                ? new BulkAnswer(BulkResult.Answered, status, "", RetryAfter: null, faults)
                : Unavailable("what answered is not Elasticsearch");
        }

        if (status is 0)
        {
            return Unavailable(call.OriginalException?.GetBaseException().Message ?? "no answer");
        }

        // Of the last three, each may be mended: credentials, privileges, templates.
        if (status is 408 or 429 or >= 500 or 401 or 403 or 404)
        {
            return Unavailable($"status {status}");
        }

        return new BulkAnswer(BulkResult.Refused, status, Error(response.Body), RetryAfter: null, []);

        BulkAnswer Unavailable(string reason) => new(BulkResult.Unavailable, status, reason, RetryAfter(call), []);
    }

    private static TimeSpan? RetryAfter(ApiCallDetails call) =>
        call.TryGetHeader("Retry-After", out var values)
        && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, 3600))
            : null;

    private static bool TryReadFaults(byte[]? body, int count, out IReadOnlyList<BulkFault> faults)
    {
        faults = [];
        try
        {
            using var answer = JsonDocument.Parse(body);
            if (!answer.RootElement.GetProperty("errors").GetBoolean())
            {
                return true;
            }

            var items = answer.RootElement.GetProperty("items");
            if (items.GetArrayLength() != count)
            {
                return false;
            }

            faults = [.. items.EnumerateArray().Select(Fault).Where(fault => fault.Status is < 200 or > 299)];
            return true;
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or ArgumentNullException
            )
        {
            return false;
        }
    }

    private static BulkFault Fault(JsonElement item, int index)
    {
        var result = item.EnumerateObject().First().Value;
        var error = result.TryGetProperty("error", out var found) ? found : default;
        return new BulkFault(
            index,
            result.GetProperty("status").GetInt32(),
            Text(error, "type"),
            Text(error, "reason")
        );
    }

    private static string Error(byte[]? body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            var error = answer.RootElement.GetProperty("error");
            return error.ValueKind is JsonValueKind.String ? error.GetString()! : Text(error, "reason");
        }
        catch (Exception exception)
            when (exception
                    is JsonException
                        or InvalidOperationException
                        or KeyNotFoundException
                        or ArgumentNullException
            )
        {
            return "";
        }
    }

    private static string Text(JsonElement owner, string name)
    {
        var text =
            owner.ValueKind is JsonValueKind.Object
            && owner.TryGetProperty(name, out var value)
            && value.ValueKind is JsonValueKind.String
                ? value.GetString()!
                : "";
        return text.Length > MaxReason ? text[..MaxReason] : text;
    }
}
