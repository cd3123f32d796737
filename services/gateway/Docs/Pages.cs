using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Docs;

internal sealed record Health(string Status, string Version);

/// <summary>What a person finds: whether the platform is well, its description, and a page about both.</summary>
internal static class Pages
{
    private const string Welcome = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Training platform</title></head>
        <body>
        <h1>Training platform</h1>
        <ul>
        <li><a href="/docs/">The API</a> (<a href="/openapi/v1.json">OpenAPI</a>)</li>
        <li><a href="/health/ready">Is everything up?</a></li>
        </ul>
        </body>
        </html>
        """;

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/health", () => TypedResults.Ok(new Health("ok", GatewayModule.Version)))
            .WithName("GetHealth")
            .WithSummary("Whether the platform answers, and its version")
            .WithTags("health");
        app.MapGet("/problems", () => TypedResults.Text(Problems.All)).ExcludeFromDescription();
        app.MapGet("/problems/{code}", Explain).ExcludeFromDescription();
        app.MapGet("/openapi/v1.json", DescribeAsync).ExcludeFromDescription();
        app.MapGet("/", () => TypedResults.Text(Welcome, "text/html")).ExcludeFromDescription();
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Explain(string code) =>
        Problems.Find(code) is { } text ? TypedResults.Text(text) : ProblemResults.NotFound("problem", code);

    private static async Task<ContentHttpResult> DescribeAsync(
        ApiDescription description,
        CancellationToken cancellationToken
    ) => TypedResults.Text(await description.GetAsync(cancellationToken), "application/json");
}
