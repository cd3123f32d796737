using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>Changes, pauses, resumes and deletes rules. Alerts that a rule no longer stands for are resolved.</summary>
internal static class ChangeRuleEndpoints
{
    public static void MapChangeRule(this IEndpointRouteBuilder rules)
    {
        rules
            .MapPut("/{id:guid}", PutAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("ChangeAlertRule")
            .WithSummary("Replace a rule (If-Match); when it finds something else than before, it begins again")
            .WithMetadata(new RequestSizeLimitAttribute(CreateRuleEndpoint.MaxBodyBytes));
        rules
            .MapPost("/{id:guid}/pause", PauseAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("PauseAlertRule")
            .WithSummary("Look at nothing until it is resumed; its alerts are resolved (If-Match)");
        rules
            .MapPost("/{id:guid}/resume", ResumeAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("ResumeAlertRule")
            .WithSummary("Look at what comes from now on (If-Match)");
        rules
            .MapDelete("/{id:guid}", DeleteAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteAlertRule")
            .WithSummary("Delete a rule; its alerts are resolved and stay in the list (If-Match)");
    }

    private static async Task<Results<Ok<RuleView>, ProblemHttpResult>> PutAsync(
        Guid id,
        RuleRequest request,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (spec, problem) = RuleChanges.Check(request.ToSpec(), context);
        return problem ?? await OfAsync(id, new ChangeAlertRule(spec), changes, context, cancellationToken);
    }

    private static Task<Results<Ok<RuleView>, ProblemHttpResult>> PauseAsync(
        Guid id,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    ) => OfAsync(id, new PauseAlertRule(), changes, context, cancellationToken);

    private static Task<Results<Ok<RuleView>, ProblemHttpResult>> ResumeAsync(
        Guid id,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    ) => OfAsync(id, new ResumeAlertRule(), changes, context, cancellationToken);

    private static async Task<Results<Ok<RuleView>, ProblemHttpResult>> OfAsync(
        Guid id,
        AlertRuleCommand command,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (rule, problem) = await changes.HandleAsync(id, command, context, cancellationToken);
        return problem is null ? TypedResults.Ok(rule) : problem;
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id,
        RuleChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (_, problem) = await changes.HandleAsync(id, new DeleteAlertRule(), context, cancellationToken);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}
