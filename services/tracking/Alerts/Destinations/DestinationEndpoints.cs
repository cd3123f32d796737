using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>The query of <c>GET /api/alerts/destinations</c>.</summary>
internal sealed record ListDestinationsQuery : ListQuery;

/// <summary>
/// Makes, shows and changes destinations. Those who only look do not see them: the address of a webhook is often all that somebody needs
/// to write to it.
/// </summary>
internal static class DestinationEndpoints
{
    private const int MaxBodyBytes = 64 * 1024;

    private static readonly ListDefinition<DestinationView> _destinations = new()
    {
        Table = "alert_destination d",
        Columns = Destination.Columns,
        Keys = [ListColumn.Uuid("d.id")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["createdAt"] = ListColumn.Time("d.created_at"),
            ["name"] = ListColumn.Text("d.name"),
        },
        DefaultSort = "name",
        Read = DestinationView.Read,
    };

    public static void MapDestinations(this IEndpointRouteBuilder destinations)
    {
        destinations
            .MapList<ListDestinationsQuery>("/", ListAsync, "ListAlertDestinations", "List who can be told of alerts")
            .RequireAuthorization(Policies.Edit);
        destinations
            .MapPost("/", CreateAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("CreateAlertDestination")
            .WithSummary("Add a webhook or mail addresses; a webhook's secret is shown in this answer only")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        destinations
            .MapGet("/{id:guid}", GetAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("GetAlertDestination")
            .WithSummary("A destination");
        destinations
            .MapPut("/{id:guid}", PutAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("ChangeAlertDestination")
            .WithSummary("Replace a destination; its kind and its secret stay (If-Match)")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));
        destinations
            .MapDelete("/{id:guid}", DeleteAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteAlertDestination")
            .WithSummary("Delete a destination that no rule names (If-Match)");
        destinations
            .MapPost("/{id:guid}/rotate", RotateAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RotateAlertSecret")
            .WithSummary("Give a webhook another secret, which is shown in this answer only (If-Match)");
        destinations
            .MapPost("/{id:guid}/test", TestAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("TestAlertDestination")
            .WithSummary("Send a test at once, and say what became of it");
    }

    private static Task<ListResult<DestinationView>> ListAsync(
        [AsParameters] ListDestinationsQuery query,
        TrackingStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    ) => _destinations.AnswerAsync(store.DataSource, query, new ListFilter(), request, cancellationToken);

    private static async Task<Results<Created<DestinationView>, ProblemHttpResult>> CreateAsync(
        DestinationRequest request,
        DestinationStore destinations,
        IOptions<AlertOptions> options,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var errors = request.Check(options.Value.AllowPrivateAddresses);
        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        var secret = request.Kind is Destination.Webhook ? WebhookSignature.NewSecret() : null;
        return await destinations.AddAsync(request, secret, context.Caller().Subject, cancellationToken) is { } added
            ? TypedResults.Created($"/api/alerts/destinations/{added.Id}", Shown(context, added))
            : ProblemResults.Problem(
                StatusCodes.Status409Conflict,
                AlertSentences.TooManyDestinations.With(DestinationStore.Max)
            );
    }

    private static async Task<Results<Ok<DestinationView>, ProblemHttpResult>> GetAsync(
        Guid id,
        DestinationStore destinations,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await destinations.FindAsync(id, cancellationToken) is { } destination
            ? TypedResults.Ok(Shown(context, destination))
            : NotFound(id);

    private static async Task<Results<Ok<DestinationView>, ProblemHttpResult>> PutAsync(
        Guid id,
        DestinationRequest request,
        DestinationStore destinations,
        IOptions<AlertOptions> options,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        if (await destinations.FindAsync(id, cancellationToken) is not { } known)
        {
            return NotFound(id);
        }

        var errors = request.Check(options.Value.AllowPrivateAddresses);
        if (request.Kind != known.Kind)
        {
            errors.TryAdd("kind", AlertSentences.OneOf.With(known.Kind));
        }

        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        return
            await destinations.ChangeAsync(id, request, ifVersion, context.Caller().Subject, cancellationToken)
                is { } changed
            ? TypedResults.Ok(Shown(context, changed))
            : await NotChangedAsync(id, ifVersion, destinations, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id,
        DestinationStore destinations,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        var (isDeleted, rules) = await destinations.DeleteAsync(id, ifVersion, cancellationToken);
        if (!isDeleted && rules.Count > 0)
        {
            return ProblemResults.Problem(
                StatusCodes.Status409Conflict,
                AlertSentences.DestinationInUse.With(string.Join(", ", rules))
            );
        }

        // One that is gone already is deleted, whatever version was meant.
        return
            isDeleted
            || ifVersion is not { } expected
            || await destinations.FindAsync(id, cancellationToken) is not { } known
            ? TypedResults.NoContent()
            : ProblemResults.OtherVersion(known.Version, expected);
    }

    private static async Task<Results<Ok<DestinationView>, ProblemHttpResult>> RotateAsync(
        Guid id,
        DestinationStore destinations,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        if (await destinations.FindAsync(id, cancellationToken) is not { } known)
        {
            return NotFound(id);
        }

        if (known.Kind is Destination.Mail)
        {
            return ProblemResults.Problem(StatusCodes.Status409Conflict, AlertSentences.MailHasNoSecret);
        }

        return await destinations.RotateAsync(id, ifVersion, context.Caller().Subject, cancellationToken) is { } rotated
            ? TypedResults.Ok(Shown(context, rotated))
            : await NotChangedAsync(id, ifVersion, destinations, cancellationToken);
    }

    private static async Task<Results<Ok<DeliveryResult>, ProblemHttpResult>> TestAsync(
        Guid id,
        DestinationStore destinations,
        DestinationSender sender,
        CancellationToken cancellationToken
    ) =>
        await destinations.LoadAsync(id, cancellationToken) is { } destination
            ? TypedResults.Ok(DeliveryResult.Of(await sender.TestAsync(destination, cancellationToken)))
            : NotFound(id);

    /// <summary>Why a destination that was there before is not changed.</summary>
    private static async Task<ProblemHttpResult> NotChangedAsync(
        Guid id,
        long? ifVersion,
        DestinationStore destinations,
        CancellationToken cancellationToken
    ) =>
        ifVersion is { } expected && await destinations.FindAsync(id, cancellationToken) is { } known
            ? ProblemResults.OtherVersion(known.Version, expected)
            : NotFound(id);

    private static DestinationView Shown(HttpContext context, DestinationView destination)
    {
        context.Response.SetETag(destination.Version);
        // A secret is in this answer only.
        context.Response.Headers.CacheControl = "no-store";
        return destination;
    }

    private static ProblemHttpResult NotFound(Guid id) =>
        ProblemResults.NotFound(AlertSentences.DestinationNotFound.With(id.ToString()));
}

/// <summary>What became of a test.</summary>
internal sealed record DeliveryResult(bool Delivered, int? Status, string? Error, SentenceCode? ErrorCode)
{
    public static DeliveryResult Of(SendOutcome outcome) =>
        new(outcome.IsDelivered, outcome.Status, outcome.Error?.Text, outcome.Error?.Code);
}
