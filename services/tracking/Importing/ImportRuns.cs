using System.Net.Mime;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Platform.Tracking.Exporting;

namespace Platform.Tracking.Importing;

/// <summary>What became of a run of an archive.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImportOutcome>))]
internal enum ImportOutcome
{
    /// <summary>It is here now; in a dry run, it would be.</summary>
    [JsonStringEnumMemberName("imported")]
    Imported,

    /// <summary>An earlier import of it had ended in the middle; what was missing is here now.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>There is a run with this id, which stays as it is.</summary>
    [JsonStringEnumMemberName("existing")]
    Existing,

    /// <summary>It cannot be imported.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>What became of one run.</summary>
internal sealed record ImportedRun(string Id, string? Name, string? Project, ImportOutcome Outcome)
{
    /// <summary>How many points were stored.</summary>
    public long Points { get; init; }

    /// <summary>How many logs were stored.</summary>
    public int Logs { get; init; }

    /// <summary>It had not ended when it was exported, and counts as interrupted here.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>The parent that it would have had, below which it would be a part of itself; null when it has its own.</summary>
    public string? ParentLeftOut { get; init; }

    /// <summary>Why it was refused.</summary>
    public BatchProblem? Problem { get; init; }
}

/// <summary>What became of each run of an archive.</summary>
internal sealed record ImportReport(
    bool DryRun,
    int Imported,
    int Completed,
    int Existing,
    int Refused,
    IReadOnlyList<ImportedRun> Items
);

/// <summary>Imports runs from an archive that was exported here or elsewhere.</summary>
internal static class ImportRunsEndpoint
{
    /// <summary>The name of the folder for archives among the watched ones.</summary>
    public const string Folder = "imports";

    public static void MapImportRuns(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/import", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("ImportRuns")
            .WithSummary("Import runs from an archive; those that exist stay as they are, each run is answered")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>(RunArchive.MediaType, MediaTypeNames.Application.Octet)
            .RefuseWhileDiskIsFull(Folder);

    private static async Task<Results<Ok<ImportReport>, ProblemHttpResult>> HandleAsync(
        bool? dryRun,
        RunImporter importer,
        IOptions<TrackingOptions> options,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            context.Request.ContentType?.Split(';')[0].Trim()
            is not (RunArchive.MediaType or MediaTypeNames.Application.Octet)
        )
        {
            return ProblemResults.Problem(StatusCodes.Status415UnsupportedMediaType, RunSentences.ArchiveType);
        }

        var path = Path.Combine(Path.GetTempPath(), $"platform-import-{Guid.CreateVersion7():N}");
        await using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            }
        );
        if (!OperatingSystem.IsWindows())
        {
            // It lives as long as it is open, also when this process is killed.
            File.Delete(path);
        }

        if (!await ReceiveAsync(context.Request, file, options.Value.MaxImportBytes, cancellationToken))
        {
            return ProblemResults.Problem(
                StatusCodes.Status413PayloadTooLarge,
                RunSentences.ArchiveTooLarge.With(options.Value.MaxImportBytes)
            );
        }

        var (archive, refusal) = await ImportArchive.OpenAsync(file, options.Value, cancellationToken);
        if (archive is null)
        {
            return ProblemResults.Problem(StatusCodes.Status400BadRequest, refusal!);
        }

        await using (archive)
        {
            var items = new List<ImportedRun>();
            var parents = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var run in archive.Runs)
            {
                items.Add(
                    await importer.ImportAsync(
                        run,
                        parents,
                        context.EventMetadata(run.Id),
                        dryRun ?? false,
                        cancellationToken
                    )
                );
            }

            return TypedResults.Ok(
                new ImportReport(
                    dryRun ?? false,
                    Count(ImportOutcome.Imported),
                    Count(ImportOutcome.Completed),
                    Count(ImportOutcome.Existing),
                    Count(ImportOutcome.Refused),
                    items
                )
            );

            int Count(ImportOutcome outcome) => items.Count(item => item.Outcome == outcome);
        }
    }

    /// <returns>False when it is too large.</returns>
    private static async Task<bool> ReceiveAsync(
        HttpRequest request,
        FileStream file,
        long limit,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > limit)
        {
            return false;
        }

        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (file.Length + read > limit)
            {
                return false;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return true;
    }
}
