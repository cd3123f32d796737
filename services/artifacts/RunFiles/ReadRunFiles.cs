using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Browsing;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.RunFiles;

/// <summary>The query of <c>GET /api/runs/{id}/files</c>.</summary>
internal sealed record ListRunFilesQuery : ListQuery
{
    /// <summary>Only what is below this folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Part of the path, in any case.</summary>
    public string? Search { get; init; }
}

/// <summary>The query of <c>GET /api/runs/{id}/folder</c>.</summary>
/// <param name="Path">The folder; all of the run when left out.</param>
/// <param name="After"><c>next</c> of the page before.</param>
/// <param name="Limit">1 to 2000 entries; 1000 when left out.</param>
internal sealed record ReadRunFolderQuery(string? Path, string? After, string? Limit);

/// <summary>Lists and downloads files of a run.</summary>
internal static class ReadRunFiles
{
    private const int MaxEntries = 2000;
    private const int UsualEntries = 1000;

    private static readonly string[] _methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly FileExtensionContentTypeProvider _contentTypes = new();

    private static readonly ListDefinition<RunFile> _files = new()
    {
        Table = "run_file f",
        Columns = "f.path, f.size, f.sha256, f.updated_at",
        Keys = [ListColumn.Text("f.owner"), ListColumn.Text("f.path")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["path"] = ListColumn.Text("f.path"),
            ["size"] = ListColumn.LargeNumber("f.size"),
            ["updatedAt"] = ListColumn.Time("f.updated_at"),
        },
        DefaultSort = "path",
        Read = RunFileStore.Read,
    };

    public static void MapReadRunFiles(this IEndpointRouteBuilder runs)
    {
        runs.MapList<ListRunFilesQuery>("/files", ListAsync, "ListRunFiles", "The files of a run, by path")
            .RequireAuthorization(Policies.ReadRun);
        runs.MapGet("/folder", ReadFolderAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ReadRunFolder")
            .WithSummary("What is directly in a folder of a run's files: folders and files by name");
        runs.MapMethods("/files/{**path}", _methods, DownloadAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("DownloadRunFile")
            .WithSummary("The bytes of a file of a run (ranges); the ETag is their SHA-256")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream");
    }

    private static async Task<Results<ListResult<RunFile>, ProblemHttpResult>> ListAsync(
        string id,
        [AsParameters] ListRunFilesQuery query,
        ArtifactsStore store,
        RunFileAccess access,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var (owner, refusal) = await access.FindAsync(id, request.HttpContext);
        if (refusal is not null)
        {
            return refusal;
        }

        var filter = new ListFilter();
        filter.Add(parameter => $"f.owner = {parameter(owner!.Id)}");
        if (query.Folder is { Length: > 0 } folder)
        {
            if (ClientText.ProblemWithPath(folder) is { } problem)
            {
                filter.Reject("folder", problem);
            }
            else
            {
                var (from, to) = RunFileStore.RangeBelow(folder);
                filter.Add(parameter => $"f.path >= {parameter(from)} and f.path < {parameter(to)}");
            }
        }

        filter.AddSearch("search", query.Search, (parameter, search) => $"f.path ilike {parameter(search.Pattern)}");
        return await _files.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    private static async Task<Results<Ok<RunFolder>, ProblemHttpResult>> ReadFolderAsync(
        string id,
        [AsParameters] ReadRunFolderQuery query,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files
    )
    {
        var path = query.Path ?? "";
        if (path.Length > 0 && ClientText.ProblemWithPath(path) is { } problem)
        {
            return ProblemResults.Invalid("path", problem);
        }

        if (query.After is { } after && !ClientText.IsText(after))
        {
            return ProblemResults.Invalid("after", RunFileSentences.After);
        }

        var limit = UsualEntries;
        if (
            query.Limit is { } given
            && !(int.TryParse(given, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxEntries)
        )
        {
            return ProblemResults.Invalid("limit", RunFileSentences.Limit.With(MaxEntries));
        }

        var (owner, refusal) = await access.FindAsync(id, context);
        if (refusal is not null)
        {
            return refusal;
        }

        var folder = await files.ListAsync(owner!.Id, path, query.After, limit, context.RequestAborted);
        return folder.Entries.Count == 0 && path.Length > 0 && query.After is null
            ? FileOwnerProblems.NoFile(owner.Id, path)
            : TypedResults.Ok(folder);
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> DownloadAsync(
        string id,
        string? path,
        HttpContext context,
        RunFileAccess access,
        RunFileStore files,
        BlobLibrary blobs,
        ILogger<RunFileStore> logger
    )
    {
        var (owner, refusal) = await access.FindAsync(id, context);
        return refusal ?? await OpenAsync(owner!, path, context, files, blobs, logger);
    }

    /// <summary>Answers with the bytes of a file. A path is only looked up in a table, never in a file system.</summary>
    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> OpenAsync(
        FileOwner owner,
        string? path,
        HttpContext context,
        RunFileStore files,
        BlobLibrary blobs,
        ILogger logger
    )
    {
        if (
            path is null
            || !ClientText.IsText(path)
            || await files.FindAsync(owner.Id, path, context.RequestAborted) is not { } file
            || !BlobName.TryParse(file.Sha256, out var blob)
        )
        {
            return FileOwnerProblems.NoFile(owner.Id, path);
        }

        if (await blobs.OpenAsync(blob, context.RequestAborted) is not { } bytes)
        {
            return LostBytes.Report(logger, owner.Id, path, blob);
        }

        var contentType = _contentTypes.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        return context.Response.Bytes(bytes, blob, path[(path.LastIndexOf('/') + 1)..], contentType);
    }
}
