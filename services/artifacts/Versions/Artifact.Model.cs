using System.Collections.Immutable;
using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Versions;

/// <summary>What users wrote about a model, or about one of its versions.</summary>
/// <param name="Stage">Of a version, one of <see cref="ModelStages"/>.</param>
internal sealed record Card(string? Description, string Stage, ImmutableDictionary<string, string> Tags)
{
    public static readonly ImmutableDictionary<string, string> NoTags = ImmutableDictionary.Create<string, string>(
        StringComparer.Ordinal
    );

    public static readonly Card Empty = new(Description: null, ModelStages.None, NoTags);
}

/// <summary>An artifact of type <c>model</c> as the registry of models has it.</summary>
internal sealed partial record Artifact
{
    public const string ModelType = "model";

    /// <summary>Its name in the registry; null when it was not registered, or is no longer.</summary>
    public string? ModelName { get; init; }

    /// <summary>What is written about it as a whole.</summary>
    public Card About { get; init; } = Card.Empty;

    /// <summary>What is written about versions, by number.</summary>
    public ImmutableDictionary<int, Card> Cards { get; init; } = ImmutableDictionary<int, Card>.Empty;

    private Card CardOf(int number) => Cards.GetValueOrDefault(number, Card.Empty);

    private static Decision<ArtifactEvent> DecideModel(Artifact artifact, ModelCommand command, DateTimeOffset now) =>
        command switch
        {
            RegisterModel when artifact.Type is not (null or ModelType) => Refusals.Refuse<ArtifactEvent>(
                ArtifactSentences.TypeMismatch.With(artifact.Type, ModelType)
            ),
            RegisterModel when artifact.ModelName is not null => Decision.Nothing<ArtifactEvent>(),
            RegisterModel c => Decision.Accept<ArtifactEvent>(
                new ModelRegistered
                {
                    Name = c.Name,
                    Description = c.Description,
                    Tags = c.Tags.Count > 0 ? c.Tags : null,
                    At = now,
                }
            ),
            _ when artifact.Type is not ModelType => Refusals.Refuse<ArtifactEvent>(ArtifactSentences.None),
            ChangeModel c => artifact.Change(c, now),
            SetModelTag c => IfChanged(
                artifact.About.Tags.GetValueOrDefault(c.Key),
                c.Value,
                () => new ModelTagSet(c.Key, c.Value, now)
            ),
            DeleteModel => artifact.Unregister(now),
            DescribeVersion c when !artifact.IsLive(c.Number) => NoVersion(c.Number),
            SetVersionTag c when !artifact.IsLive(c.Number) => NoVersion(c.Number),
            SetStage c when !artifact.IsLive(c.Number) => NoVersion(c.Number),
            DescribeVersion c => IfChanged(
                artifact.CardOf(c.Number).Description,
                c.Description,
                () => new VersionChanged(c.Number, c.Description, Stage: null, now)
            ),
            SetVersionTag c => IfChanged(
                artifact.CardOf(c.Number).Tags.GetValueOrDefault(c.Key),
                c.Value,
                () => new VersionTagSet(c.Number, c.Key, c.Value, now)
            ),
            SetStage c => artifact.Stage(c, now),
            _ => throw new UnreachableException($"No decision on {command.GetType().Name}."),
        };

    private static Artifact EvolveModel(Artifact artifact, ArtifactEvent @event) =>
        @event switch
        {
            ModelRegistered e => artifact with
            {
                Type = artifact.Type ?? ModelType,
                ModelName = e.Name,
                About = new Card(
                    e.Description,
                    ModelStages.None,
                    e.Tags?.ToImmutableDictionary(StringComparer.Ordinal) ?? Card.NoTags
                ),
            },
            ModelChanged e => artifact with
            {
                ModelName = e.Name ?? artifact.ModelName,
                About = artifact.About with { Description = e.Description ?? artifact.About.Description },
            },
            ModelTagSet e => artifact with { About = Tagged(artifact.About, e.Key, e.Value) },
            ModelDeleted => artifact with { ModelName = null, About = Card.Empty },
            VersionChanged e => artifact with
            {
                Cards = artifact.Cards.SetItem(
                    e.Number,
                    artifact.CardOf(e.Number) with
                    {
                        Description = e.Description ?? artifact.CardOf(e.Number).Description,
                        Stage = e.Stage ?? artifact.CardOf(e.Number).Stage,
                    }
                ),
            },
            VersionTagSet e => artifact with
            {
                Cards = artifact.Cards.SetItem(e.Number, Tagged(artifact.CardOf(e.Number), e.Key, e.Value)),
            },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private static Card Tagged(Card card, string key, string? value) =>
        card with
        {
            Tags = value is null ? card.Tags.Remove(key) : card.Tags.SetItem(key, value),
        };

    private static Decision<ArtifactEvent> IfChanged(string? before, string? after, Func<ArtifactEvent> change) =>
        string.Equals(before, after, StringComparison.Ordinal)
            ? Decision.Nothing<ArtifactEvent>()
            : Decision.Accept(change());

    private bool IsLive(int number) => Has(number) && !Deleted.Contains(number) && !Purged.Contains(number);

    private IEnumerable<int> Live => Enumerable.Range(1, LastNumber).Where(IsLive);

    private Decision<ArtifactEvent> Change(ChangeModel c, DateTimeOffset now)
    {
        var name = string.Equals(c.Name, ModelName, StringComparison.Ordinal) ? null : c.Name;
        var description = string.Equals(c.Description, About.Description, StringComparison.Ordinal)
            ? null
            : c.Description;
        return name is null && description is null
            ? Decision.Nothing<ArtifactEvent>()
            : Decision.Accept<ArtifactEvent>(new ModelChanged(name, description, now));
    }

    private Decision<ArtifactEvent> Unregister(DateTimeOffset now) =>
        Decision.Accept<ArtifactEvent>([
            .. Aliases.Keys.Order(StringComparer.Ordinal).Select(alias => new AliasRemoved(alias, now)),
            .. Live.Select(number => new VersionDeleted(number, now)),
            new ModelDeleted(now),
        ]);

    private Decision<ArtifactEvent> Stage(SetStage c, DateTimeOffset now)
    {
        var others = c.ArchiveOthers
            ? Live.Where(number =>
                number != c.Number && string.Equals(CardOf(number).Stage, c.Stage, StringComparison.Ordinal)
            )
            : [];
        ArtifactEvent[] own = string.Equals(CardOf(c.Number).Stage, c.Stage, StringComparison.Ordinal)
            ? []
            : [new VersionChanged(c.Number, Description: null, c.Stage, now)];
        ArtifactEvent[] events =
        [
            .. others.Select(number => new VersionChanged(number, Description: null, ModelStages.Archived, now)),
            .. own,
        ];
        return events.Length == 0 ? Decision.Nothing<ArtifactEvent>() : Decision.Accept<ArtifactEvent>(events);
    }
}
