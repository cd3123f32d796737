using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Delivery;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>An alert, and how it was delivered.</summary>
internal sealed record AlertDetails(AlertView Alert, IReadOnlyList<DeliveryView> Deliveries);

/// <summary>Shows one alert; each user may put it aside and take it back.</summary>
internal static class GetAlertEndpoints
{
    public static void MapGetAlert(this IEndpointRouteBuilder alerts)
    {
        alerts
            .MapGet("/{id:guid}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetAlert")
            .WithSummary("An alert, with what became of its deliveries");
        alerts
            .MapPost("/{id:guid}/dismiss", DismissAsync)
            .RequireAuthorization(Policies.ActForOneself)
            .WithName("DismissAlert")
            .WithSummary("Put an alert aside, for oneself; others still see it");
        alerts
            .MapPost("/{id:guid}/restore", RestoreAsync)
            .RequireAuthorization(Policies.ActForOneself)
            .WithName("RestoreAlert")
            .WithSummary("Take an alert back that one has put aside");
    }

    private static async Task<Results<Ok<AlertDetails>, ProblemHttpResult>> GetAsync(
        Guid id,
        AlertReader reader,
        DeliveryReader deliveries,
        IAuthorizationService authorization,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (await reader.FindAsync(id, context.Caller().Subject, cancellationToken) is not { } alert)
        {
            return ProblemResults.NotFound(AlertSentences.NotFound.With(id.ToString()));
        }

        // Who sees destinations sees their addresses.
        var seesAddresses = await authorization.AuthorizeAsync(context.User, Policies.Edit);
        var delivered = await deliveries.OfAlertAsync(id, seesAddresses.Succeeded, cancellationToken);
        return TypedResults.Ok(new AlertDetails(alert, delivered));
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> DismissAsync(
        Guid id,
        AlertReader reader,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await reader.DismissAsync(id, context.Caller().Subject, clock.GetUtcNow(), cancellationToken);
        return await ShowAsync(id, reader, context, cancellationToken);
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> RestoreAsync(
        Guid id,
        AlertReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await reader.RestoreAsync(id, context.Caller().Subject, cancellationToken);
        return await ShowAsync(id, reader, context, cancellationToken);
    }

    private static async Task<Results<Ok<AlertView>, ProblemHttpResult>> ShowAsync(
        Guid id,
        AlertReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await reader.FindAsync(id, context.Caller().Subject, cancellationToken) is { } alert
            ? TypedResults.Ok(alert)
            : ProblemResults.NotFound(AlertSentences.NotFound.With(id.ToString()));
}
