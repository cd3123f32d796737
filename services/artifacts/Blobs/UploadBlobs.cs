using System.Formats.Tar;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

/// <summary>
/// Many small blobs in one request. A request for each costs a few milliseconds, and the disk's promise to keep each of them another
/// few: one thousand files would take ten seconds.
/// </summary>
internal static class UploadBlobs
{
    /// <summary>How many hashes may be asked about at once.</summary>
    private const int MaxHashes = 10_000;

    /// <summary>Larger ones have a request of their own, which says what went wrong with which.</summary>
    private const long MaxBlobBytes = 1 << 20;

    /// <summary>As many are made durable together; each holds a file open until then.</summary>
    private const int GroupSize = 1_000;

    public static void MapUploadBlobs(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapPost("/blobs", ReceiveAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("UploadBlobs")
            .WithSummary("Upload small blobs as a tar archive whose entries are named by their SHA-256")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/x-tar")
            .RefuseWhileDiskIsFull(exceptJobs: true);
        artifacts
            .MapPost("/blobs/missing", FindMissingAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("FindMissingBlobs")
            .WithSummary("Which of some blobs are not stored and have to be uploaded");
    }

    private static async Task<Results<Ok<MissingBlobs>, ProblemHttpResult>> FindMissingAsync(
        BlobHashes request,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        if (request.Sha256 is not { Count: <= MaxHashes })
        {
            return ProblemResults.Invalid("sha256", ArtifactSentences.MaxHashes.With(MaxHashes));
        }

        var names = new List<BlobName>(request.Sha256.Count);
        foreach (var text in request.Sha256)
        {
            if (!BlobName.TryParse(text, out var name))
            {
                return ProblemResults.Invalid("sha256", ArtifactSentences.BlobNameRule);
            }

            names.Add(name);
        }

        var missing = await blobs.FindMissingAsync([.. names.Distinct()], cancellationToken);
        return TypedResults.Ok(new MissingBlobs { Sha256 = [.. missing.Select(name => name.Hex)] });
    }

    private static async Task<Results<Ok<StoredBlobs>, ProblemHttpResult>> ReceiveAsync(
        HttpRequest request,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        var group = new List<IncomingBlob>();
        var count = 0;
        try
        {
            await using var archive = new TarReader(request.Body, leaveOpen: true);
            while (await archive.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (
                    !BlobName.TryParse(entry.Name, out var name)
                    || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                )
                {
                    return Refused(ArtifactSentences.NotNamedByHash.With(entry.Name));
                }

                if (entry.Length > MaxBlobBytes)
                {
                    return Refused(ArtifactSentences.TooLargeForArchive.With(name, entry.Length, MaxBlobBytes));
                }

                var incoming = await blobs.ReceiveAsync(entry.DataStream ?? Stream.Null, cancellationToken);
                group.Add(incoming);
                if (incoming.Name != name)
                {
                    return BlobUpload.Mismatch(incoming, name);
                }

                count++;
                if (group.Count == GroupSize)
                {
                    await KeepAsync();
                }
            }

            await KeepAsync();
            // What follows the end of an archive.
            await request.SkipBodyAsync(cancellationToken);
            return TypedResults.Ok(new StoredBlobs { Count = count });
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            return Refused(ArtifactSentences.NoArchive);
        }
        finally
        {
            await DisposeAsync();
        }

        async Task KeepAsync()
        {
            await blobs.KeepAsync(group, cancellationToken);
            await DisposeAsync();
        }

        async Task DisposeAsync()
        {
            foreach (var incoming in group)
            {
                await incoming.DisposeAsync();
            }

            group.Clear();
        }
    }

    private static ProblemHttpResult Refused(Sentence why) =>
        ProblemResults.Problem(StatusCodes.Status400BadRequest, why);
}
