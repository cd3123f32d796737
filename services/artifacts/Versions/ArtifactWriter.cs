using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Platform.Contracts.Artifacts;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>
/// Decides and appends. Concurrent writers of one artifact wait here instead of conflicting in the database.
/// </summary>
internal sealed class ArtifactWriter(ArtifactsStore store, TimeProvider clock) : IDisposable
{
    /// <summary>Bytes of the version are not stored, or were found unused and are being deleted: they have to be uploaded again.</summary>
    public static readonly Refusal BlobsMissing = Refusals.Of(ArtifactSentences.SomeBlobsMissing);

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Executes a command.</summary>
    /// <param name="sideEffects">What belongs to it, stored in the same transaction.</param>
    public async Task<Outcome<Artifact, ArtifactEvent>> HandleAsync(
        string name,
        ArtifactCommand command,
        EventMetadata metadata,
        long? ifVersion = null,
        SideEffects? sideEffects = null,
        CancellationToken cancellationToken = default
    )
    {
        var writerLock = _locks[(uint)StringComparer.Ordinal.GetHashCode(name) % _locks.Length];
        await writerLock.WaitAsync(cancellationToken);
        try
        {
            return await store.HandleAsync(
                Artifact.Decider,
                name,
                artifact => Artifact.Decide(artifact, command, clock.GetUtcNow()),
                metadata,
                ifVersion,
                sideEffects,
                cancellationToken: cancellationToken
            );
        }
        finally
        {
            writerLock.Release();
        }
    }

    /// <summary>Adds a version from a validated request whose blobs are stored.</summary>
    /// <param name="tags">Texts that can be changed later.</param>
    /// <param name="repeatsFor">For how long the key belongs to the version that it made; null for ever.</param>
    /// <returns>Its number, also when the same idempotency key created it before; or the refusal.</returns>
    public async Task<(int Number, Refusal? Refusal)> AddVersionAsync(
        string name,
        CreateVersion request,
        string? requestKey,
        EventMetadata metadata,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? tags = null,
        TimeSpan? repeatsFor = null
    )
    {
        var manifest = new Manifest(request.Files);
        var aliases = request.Aliases.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var content = new RequestContent(
            request.Type,
            request.Project,
            request.Description,
            manifest.Digest,
            new SortedDictionary<string, string>(
                request.Metadata.ToDictionary(StringComparer.Ordinal),
                StringComparer.Ordinal
            ),
            aliases,
            request.JobId,
            request.Attempt,
            request.RunId,
            request.Rank is > 0 ? request.Rank : null
        );
        var command = new AddVersion
        {
            Type = request.Type,
            Project = request.Project,
            Description = request.Description,
            Digest = manifest.Digest,
            FileCount = manifest.FileCount,
            Size = manifest.Size,
            Metadata = request.Metadata,
            Aliases = aliases,
            Tags = tags,
            JobId = request.JobId,
            Attempt = request.Attempt,
            Rank = request.Rank,
            RunId = request.RunId,
            RequestKey = requestKey,
            RepeatsFor = repeatsFor,
            RequestHash = requestKey is null ? null : HashOf(content),
        };
        Outcome<Artifact, ArtifactEvent> outcome;
        try
        {
            outcome = await HandleAsync(
                name,
                command,
                metadata,
                sideEffects: manifest.AddTo,
                cancellationToken: cancellationToken
            );
        }
        catch (PostgresException exception)
            when (exception.SqlState is Manifest.BlobMissing or PostgresErrorCodes.ForeignKeyViolation)
        {
            return (0, BlobsMissing);
        }

        return outcome switch
        {
            { Refusal: { } refusal } => (0, refusal),
            { Events.Count: 0 } => (outcome.State.Requests[requestKey!].Number, null),
            _ => (outcome.State.LastNumber, null),
        };
    }

    public void Dispose()
    {
        foreach (var writerLock in _locks)
        {
            writerLock.Dispose();
        }
    }

    private static string HashOf(RequestContent content) =>
        Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, ArtifactJson.Default.RequestContent))
        );
}
