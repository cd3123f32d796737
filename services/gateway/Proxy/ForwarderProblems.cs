using Platform.ServiceDefaults;

namespace Platform.Gateway.Proxy;

/// <summary>Says in a problem document that a service is away, instead of an empty 502.</summary>
internal static class ForwarderProblems
{
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetForwarderErrorFeature() is null || context.Response.HasStarted)
        {
            return;
        }

        var service = context
            .GetReverseProxyFeature()
            .Route.Cluster?.ClusterId.Replace("-follow", "", StringComparison.Ordinal);
        var problem = context.Response.StatusCode switch
        {
            StatusCodes.Status503ServiceUnavailable or StatusCodes.Status502BadGateway => ProblemResults.Problem(
                context.Response.StatusCode,
                "gateway.service-away",
                $"The service '{service}' does not answer at the moment. Try again."
            ),
            StatusCodes.Status504GatewayTimeout => ProblemResults.Problem(
                StatusCodes.Status504GatewayTimeout,
                "gateway.service-slow",
                $"The service '{service}' did not answer in time."
            ),
            _ => null,
        };
        if (problem is not null)
        {
            await problem.ExecuteAsync(context);
        }
    }
}
