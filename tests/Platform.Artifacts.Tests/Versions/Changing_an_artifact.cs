using Platform.Artifacts.Versions;
using Platform.EventStore;

namespace Platform.Artifacts.Tests.Versions;

public sealed class Changing_an_artifact
{
    private const string Accepted = "accepted";
    private const string Nothing = "nothing";

    private static readonly Dictionary<string, ArtifactEvent[]> _states = new(StringComparer.Ordinal)
    {
        ["no artifact"] = [],
        ["live"] = [Artifacts.Created(1)],
        ["live, with alias"] = [Artifacts.Created(1), new AliasSet("a", 1, Artifacts.Now)],
        ["alias on another"] = [Artifacts.Created(1), Artifacts.Created(2), new AliasSet("a", 2, Artifacts.Now)],
        ["deleted"] = [Artifacts.Created(1), new VersionDeleted(1, Artifacts.Now)],
        ["deleted, with alias"] =
        [
            Artifacts.Created(1),
            new AliasSet("a", 1, Artifacts.Now),
            new VersionDeleted(1, Artifacts.Now),
        ],
        ["restored"] =
        [
            Artifacts.Created(1),
            new VersionDeleted(1, Artifacts.Now),
            new VersionRestored(1, Artifacts.Now),
        ],
        ["purged"] = [Artifacts.Created(1), new VersionDeleted(1, Artifacts.Now), new VersionPurged(1, Artifacts.Now)],
        ["alias removed"] =
        [
            Artifacts.Created(1),
            new AliasSet("a", 1, Artifacts.Now),
            new AliasRemoved("a", Artifacts.Now),
        ],
    };

    private static readonly Dictionary<string, ArtifactCommand> _commands = new(StringComparer.Ordinal)
    {
        ["add"] = Artifacts.Add(),
        ["point"] = new PointAlias("a", 1),
        ["remove"] = new RemoveAlias("a"),
        ["delete"] = new DeleteVersion(1),
        ["restore"] = new RestoreVersion(1),
        ["purge"] = new PurgeVersion(1),
    };

    public static TheoryData<string, string, string> Pairs =>
        new()
        {
            { "no artifact", "add", Accepted },
            { "no artifact", "point", "artifact.not-found" },
            { "no artifact", "remove", "artifact.not-found" },
            { "no artifact", "delete", "artifact.not-found" },
            { "no artifact", "restore", "artifact.not-found" },
            { "no artifact", "purge", "artifact.not-found" },
            { "live", "add", Accepted },
            { "live", "point", Accepted },
            { "live", "remove", Nothing },
            { "live", "delete", Accepted },
            { "live", "restore", Nothing },
            { "live", "purge", "artifact.version-not-deleted" },
            { "live, with alias", "add", Accepted },
            { "live, with alias", "point", Nothing },
            { "live, with alias", "remove", Accepted },
            { "live, with alias", "delete", Accepted },
            { "live, with alias", "restore", Nothing },
            { "live, with alias", "purge", "artifact.version-not-deleted" },
            { "alias on another", "add", Accepted },
            { "alias on another", "point", Accepted },
            { "alias on another", "remove", Accepted },
            { "alias on another", "delete", Accepted },
            { "alias on another", "restore", Nothing },
            { "alias on another", "purge", "artifact.version-not-deleted" },
            { "deleted", "add", Accepted },
            { "deleted", "point", "artifact.version-deleted" },
            { "deleted", "remove", Nothing },
            { "deleted", "delete", Nothing },
            { "deleted", "restore", Accepted },
            { "deleted", "purge", Accepted },
            { "deleted, with alias", "add", Accepted },
            { "deleted, with alias", "point", "artifact.version-deleted" },
            { "deleted, with alias", "remove", Accepted },
            { "deleted, with alias", "delete", Nothing },
            { "deleted, with alias", "restore", Accepted },
            { "deleted, with alias", "purge", Accepted },
            { "restored", "add", Accepted },
            { "restored", "point", Accepted },
            { "restored", "remove", Nothing },
            { "restored", "delete", Accepted },
            { "restored", "restore", Nothing },
            { "restored", "purge", "artifact.version-not-deleted" },
            { "purged", "add", Accepted },
            { "purged", "point", "artifact.version-purged" },
            { "purged", "remove", Nothing },
            { "purged", "delete", "artifact.version-purged" },
            { "purged", "restore", "artifact.version-purged" },
            { "purged", "purge", Nothing },
            { "alias removed", "add", Accepted },
            { "alias removed", "point", Accepted },
            { "alias removed", "remove", Nothing },
            { "alias removed", "delete", Accepted },
            { "alias removed", "restore", Nothing },
            { "alias removed", "purge", "artifact.version-not-deleted" },
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void is_decided_for_every_state(string state, string command, string expected)
    {
        var artifact = _states[state].Aggregate(Artifact.Decider.Initial, Artifact.Evolve);

        var outcome = Artifact.Decide(artifact, _commands[command], Artifacts.Now) switch
        {
            Decision<ArtifactEvent>.Refused refused => refused.Refusal.Code,
            Decision<ArtifactEvent>.NothingToDo => Nothing,
            _ => Accepted,
        };

        Assert.Equal(expected, outcome);
    }

    [Fact]
    public void is_tested_for_every_pair_of_state_and_command()
    {
        Assert.Equal(
            typeof(ArtifactCommand)
                .Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(ArtifactCommand)) && !type.IsAssignableTo(typeof(ModelCommand)))
                .ToHashSet(),
            _commands.Values.Select(command => command.GetType()).ToHashSet()
        );
        Assert.Equal(
            _states.Keys.SelectMany(state => _commands.Keys, (state, command) => (state, command)).ToHashSet(),
            Pairs.Select(row => ((string)row[0], (string)row[1])).ToHashSet()
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void is_refused_for_numbers_that_were_never_assigned(int number)
    {
        var given = new ArtifactSpecification([Artifacts.Created(1)]);
        given.When(new PointAlias("a", number)).ThenRefused("artifact.version-not-found");
        given.When(new DeleteVersion(number)).ThenRefused("artifact.version-not-found");
        given.When(new RestoreVersion(number)).ThenRefused("artifact.version-not-found");
    }

    [Fact]
    [Trait("check", "ART-06")]
    public void moves_an_alias_in_one_event() =>
        new ArtifactSpecification(_states["alias on another"])
            .When(new PointAlias("a", 1))
            .Then(new AliasSet("a", 1, Artifacts.Now));
}
