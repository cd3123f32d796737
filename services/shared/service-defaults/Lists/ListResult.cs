using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Platform.ServiceDefaults;

/// <summary>
/// The answer to a query of a list: a page with an <c>ETag</c>, or 304 when the client has it already; for <c>HEAD</c> only the
/// total in <c>X-Total-Count</c>; or a problem.
/// </summary>
public sealed class ListResult<TRow> : IResult, IEndpointMetadataProvider
{
    private const string TotalHeader = "X-Total-Count";

    private readonly Page<TRow>? _page;
    private readonly long? _total;
    private readonly ProblemHttpResult? _problem;

    internal ListResult(Page<TRow> page) => _page = page;

    internal ListResult(long total) => _total = total;

    internal ListResult(ProblemHttpResult problem) => _problem = problem;

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Page<TRow>), ["application/json"])
        );
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified));
    }

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (_problem is not null)
        {
            await _problem.ExecuteAsync(httpContext);
            return;
        }

        var response = httpContext.Response;
        if (_total is { } total)
        {
            response.Headers[TotalHeader] = total.ToString(CultureInfo.InvariantCulture);
            return;
        }

        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value;
        var body = JsonSerializer.SerializeToUtf8Bytes(_page, options.SerializerOptions);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"");
        response.Headers.ETag = tag.ToString();
        // Weakly: a proxy that compresses makes the tag a weak one.
        if (
            httpContext
                .Request.GetTypedHeaders()
                .IfNoneMatch.Any(known =>
                    known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)
                )
        )
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
