using System.Collections.Immutable;
using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>The state that decisions about an artifact need: numbers and names, never files.</summary>
/// <param name="Type">The type of the first version; null before it.</param>
/// <param name="LastNumber">The highest version number ever assigned. Numbers are never reused.</param>
/// <param name="Deleted">The numbers of deleted versions.</param>
/// <param name="Aliases">Alias → number, also of deleted versions.</param>
/// <param name="Requests">Idempotency key → hash of the request and the version number it created.</param>
internal sealed partial record Artifact(
    string? Type,
    int LastNumber,
    ImmutableSortedSet<int> Deleted,
    ImmutableDictionary<string, int> Aliases,
    ImmutableDictionary<string, KnownRequest> Requests
)
{
    public const string NotFound = "artifact.not-found";
    public const string VersionNotFound = "artifact.version-not-found";

    /// <summary>The answer to commands to a version that is gone for good.</summary>
    public static readonly Refusal Gone = Refusals.Of(ArtifactSentences.Purged);

    /// <summary>The answer to an id that no version can have.</summary>
    public static readonly Refusal NoSuchVersion = Refusals.Of(ArtifactSentences.NoSuchVersion);

    /// <summary>The numbers of versions that were deleted permanently.</summary>
    public ImmutableSortedSet<int> Purged { get; init; } = [];

    public static readonly Decider<Artifact, ArtifactEvent> Decider = new(
        "artifact",
        new Artifact(
            Type: null,
            LastNumber: 0,
            [],
            ImmutableDictionary.Create<string, int>(StringComparer.Ordinal),
            ImmutableDictionary.Create<string, KnownRequest>(StringComparer.Ordinal)
        ),
        Evolve
    );

    public static Decision<ArtifactEvent> Decide(Artifact artifact, ArtifactCommand command, DateTimeOffset now) =>
        command switch
        {
            AddVersion c => Add(artifact, c, now),
            ModelCommand c => DecideModel(artifact, c, now),
            PointAlias
            or RemoveAlias
            or DeleteVersion
            or RestoreVersion
            or PurgeVersion when artifact.LastNumber == 0 => Refusals.Refuse<ArtifactEvent>(ArtifactSentences.None),
            RemoveAlias c => artifact.Aliases.ContainsKey(c.Alias)
                ? Decision.Accept<ArtifactEvent>(new AliasRemoved(c.Alias, now))
                : Decision.Nothing<ArtifactEvent>(),
            PointAlias c when !artifact.Has(c.Number) => NoVersion(c.Number),
            DeleteVersion c when !artifact.Has(c.Number) => NoVersion(c.Number),
            RestoreVersion c when !artifact.Has(c.Number) => NoVersion(c.Number),
            PurgeVersion c when !artifact.Has(c.Number) => NoVersion(c.Number),
            PurgeVersion c => artifact.Purge(c.Number, now),
            PointAlias c when artifact.Purged.Contains(c.Number) => new Decision<ArtifactEvent>.Refused(Gone),
            DeleteVersion c when artifact.Purged.Contains(c.Number) => new Decision<ArtifactEvent>.Refused(Gone),
            RestoreVersion c when artifact.Purged.Contains(c.Number) => new Decision<ArtifactEvent>.Refused(Gone),
            PointAlias c when artifact.Deleted.Contains(c.Number) => Refusals.Refuse<ArtifactEvent>(
                ArtifactSentences.VersionDeleted.With(c.Number)
            ),
            PointAlias c => artifact.Aliases.TryGetValue(c.Alias, out var number) && number == c.Number
                ? Decision.Nothing<ArtifactEvent>()
                : Decision.Accept<ArtifactEvent>(new AliasSet(c.Alias, c.Number, now)),
            DeleteVersion c => artifact.Deleted.Contains(c.Number)
                ? Decision.Nothing<ArtifactEvent>()
                : Decision.Accept<ArtifactEvent>(new VersionDeleted(c.Number, now, c.Reason)),
            RestoreVersion c => artifact.Deleted.Contains(c.Number)
                ? Decision.Accept<ArtifactEvent>(new VersionRestored(c.Number, now))
                : Decision.Nothing<ArtifactEvent>(),
            _ => throw new UnreachableException($"No decision on {command.GetType().Name}."),
        };

    public static Artifact Evolve(Artifact artifact, ArtifactEvent @event) =>
        @event switch
        {
            VersionCreated e => artifact with
            {
                Type = artifact.Type ?? e.Type,
                LastNumber = e.Number,
                Requests = e.RequestKey is null
                    ? artifact.Requests
                    : artifact.Requests.SetItem(e.RequestKey, new KnownRequest(e.RequestHash, e.Number, e.At)),
            },
            AliasSet e => artifact with { Aliases = artifact.Aliases.SetItem(e.Alias, e.Number) },
            AliasRemoved e => artifact with { Aliases = artifact.Aliases.Remove(e.Alias) },
            VersionDeleted e => artifact with { Deleted = artifact.Deleted.Add(e.Number) },
            VersionRestored e => artifact with { Deleted = artifact.Deleted.Remove(e.Number) },
            VersionPurged e => artifact with
            {
                Deleted = artifact.Deleted.Remove(e.Number),
                Purged = artifact.Purged.Add(e.Number),
                // A repeated request makes a new version.
                Requests = artifact.Requests.RemoveRange(
                    artifact.Requests.Where(request => request.Value.Number == e.Number).Select(request => request.Key)
                ),
            },
            _ => EvolveModel(artifact, @event),
        };

    private static Decision<ArtifactEvent> Add(Artifact artifact, AddVersion c, DateTimeOffset now)
    {
        if (
            c.RequestKey is not null
            && artifact.Requests.TryGetValue(c.RequestKey, out var known)
            && !(now - known.At >= c.RepeatsFor)
            // Nobody repeats a request for a version that was deleted since: it asks for another one.
            && !(c.RepeatsFor is not null && artifact.Deleted.Contains(known.Number))
        )
        {
            return string.Equals(known.Hash, c.RequestHash, StringComparison.Ordinal)
                ? Decision.Nothing<ArtifactEvent>()
                : Refusals.Refuse<ArtifactEvent>(ArtifactSentences.KeyReused.With(known.Number));
        }

        var type = artifact.Type is not null && c.Type is AddVersion.AnyType ? artifact.Type : c.Type;
        if (artifact.Type is not null && !string.Equals(type, artifact.Type, StringComparison.Ordinal))
        {
            return Refusals.Refuse<ArtifactEvent>(ArtifactSentences.TypeMismatch.With(artifact.Type, type));
        }

        var created = new VersionCreated
        {
            Number = artifact.LastNumber + 1,
            Type = type,
            Project = c.Project,
            Description = c.Description,
            Digest = c.Digest,
            FileCount = c.FileCount,
            Size = c.Size,
            Metadata = c.Metadata,
            JobId = c.JobId,
            Attempt = c.Attempt,
            Rank = c.Rank,
            RunId = c.RunId,
            RequestKey = c.RequestKey,
            RequestHash = c.RequestHash,
            At = now,
        };
        return Decision.Accept<ArtifactEvent>([
            created,
            .. c.Aliases.Select(alias => new AliasSet(alias, created.Number, now)),
            .. (c.Tags ?? Card.NoTags).Select(tag => new VersionTagSet(created.Number, tag.Key, tag.Value, now)),
        ]);
    }

    /// <summary>Aliases that point at it go with it.</summary>
    private Decision<ArtifactEvent> Purge(int number, DateTimeOffset now) =>
        Purged.Contains(number) ? Decision.Nothing<ArtifactEvent>()
        : Deleted.Contains(number)
            ? Decision.Accept<ArtifactEvent>([
                .. Aliases
                    .Where(alias => alias.Value == number)
                    .Select(alias => alias.Key)
                    .Order(StringComparer.Ordinal)
                    .Select(alias => new AliasRemoved(alias, now)),
                new VersionPurged(number, now),
            ])
        : Refusals.Refuse<ArtifactEvent>(ArtifactSentences.VersionNotDeleted);

    private bool Has(int number) => number >= 1 && number <= LastNumber;

    private static Decision<ArtifactEvent> NoVersion(int number) =>
        Refusals.Refuse<ArtifactEvent>(ArtifactSentences.NoVersionNumber.With(number));
}

/// <summary>A creation that carried an idempotency key.</summary>
internal sealed record KnownRequest(string? Hash, int Number, DateTimeOffset At);
