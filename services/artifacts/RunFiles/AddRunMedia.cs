using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>Says which files of a run are images, tables and so on of which step. Sent again it changes nothing.</summary>
internal static class AddRunMediaEndpoint
{
    private const int MaxItems = 1000;
    private const int MaxKey = 250;
    private const int MaxCaption = 1000;

    /// <summary>What media can be.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["image", "table", "histogram", "text", "audio", "video"];

    public static void MapAddRunMedia(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/media", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("AddRunMedia")
            .WithSummary("Say what uploaded files of a run show: images, tables, histograms, texts by key and step");

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id,
        AddRunMedia request,
        HttpContext context,
        RunFileAccess access,
        RunMediaStore media
    )
    {
        var errors = Check(request);
        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        var (owner, refusal) = await access.FindForChangeAsync(id, context);
        if (refusal is not null)
        {
            return refusal;
        }

        var missing = await media.AddAsync(owner!.Id, request.Items, context.RequestAborted);
        return missing is { } index
            ? ProblemResults.Invalid($"items[{index}].path", RunFileSentences.NoFileOfMedia)
            : TypedResults.NoContent();
    }

    private static FieldErrors Check(AddRunMedia request)
    {
        var errors = new FieldErrors();
        if (request.Items is not { Count: >= 1 and <= MaxItems })
        {
            errors.TryAdd("items", RunFileSentences.ItemCount.With(MaxItems));
            return errors;
        }

        for (var i = 0; i < request.Items.Count; i++)
        {
            if (request.Items[i] is not { } item)
            {
                errors.TryAdd($"items[{i}]", RunFileSentences.ItemCount.With(MaxItems));
                continue;
            }

            if (
                item.Key is not { Length: >= 1 }
                || ClientText.Length(item.Key) > MaxKey
                || !ClientText.IsVisibleLine(item.Key)
            )
            {
                errors.TryAdd($"items[{i}].key", RunFileSentences.MediaKey);
            }

            if (!Kinds.Contains(item.Kind, StringComparer.Ordinal))
            {
                errors.TryAdd($"items[{i}].kind", RunFileSentences.MediaKind.With(string.Join(", ", Kinds)));
            }

            if (item.Step is < -ClientNumbers.MaxWhole or > ClientNumbers.MaxWhole)
            {
                errors.TryAdd($"items[{i}].step", RunFileSentences.MediaStep);
            }

            if (ClientText.ProblemWithPath(item.Path) is { } problem)
            {
                errors.TryAdd($"items[{i}].path", problem);
            }

            if (item.Caption is { } caption && (ClientText.Length(caption) > MaxCaption || !ClientText.IsText(caption)))
            {
                errors.TryAdd($"items[{i}].caption", RunFileSentences.Caption.With(MaxCaption));
            }
        }

        return errors;
    }
}
