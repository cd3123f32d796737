using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

internal static class DeleteRunFile
{
    public static void MapDeleteRunFile(this IEndpointRouteBuilder runs) =>
        runs.MapDelete("/files/{**path}", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteRunFile")
            .WithSummary("Delete a file of a run, or a folder with all that is below it, permanently");

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id,
        string? path,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    )
    {
        // Generated clients encode the slashes of a path.
        path = ClientText.DecodeSlashes(path ?? "");
        if (ClientText.ProblemWithPath(path) is { } problem)
        {
            return ProblemResults.Invalid("path", problem);
        }

        var (owner, refusal) = await access.FindForChangeAsync(id, context);
        return refusal is not null ? refusal
            : await files.DeleteAsync(owner!.Id, path!, context.RequestAborted) > 0 ? TypedResults.NoContent()
            : FileOwnerProblems.NoFile(owner.Id, path);
    }
}
