using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Services;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Docs;

internal sealed record Health(string Status, string Version);

/// <summary>Whether the platform is well, and the description of its API.</summary>
internal static class Pages
{
    private static readonly string[] _reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/health", () => TypedResults.Ok(new Health("ok", PlatformVersion.Current)))
            .WithName("GetHealth")
            .WithSummary("Health and version of the platform")
            .WithTags("health")
            .Public();
        // What MLflow's clients ask a server for.
        app.MapMethods("/health", _reads, () => TypedResults.Text("OK")).ExcludeFromDescription().Public();
        app.MapMethods("/version", _reads, () => TypedResults.Text(PlatformVersion.Current))
            .ExcludeFromDescription()
            .Public();
        app.MapGet("/problems", () => TypedResults.Text(Problems.All)).ExcludeFromDescription().Public();
        app.MapGet("/problems/{code}", Explain).ExcludeFromDescription().Public();
        app.MapGet("/openapi/v1.json", DescribeAsync).ExcludeFromDescription().Public();
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Explain(string code) =>
        Problems.Find(code) is { } text
            ? TypedResults.Text(text)
            : ProblemResults.NotFound(GatewaySentences.NoProblem.With(code));

    private static async Task<ContentHttpResult> DescribeAsync(
        ApiDescription description,
        CancellationToken cancellationToken
    ) => TypedResults.Text(await description.GetAsync(cancellationToken), "application/json");
}
