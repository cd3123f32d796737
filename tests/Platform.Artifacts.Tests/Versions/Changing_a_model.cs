using Platform.Artifacts.Versions;
using Platform.EventStore;

namespace Platform.Artifacts.Tests.Versions;

public sealed class Changing_a_model
{
    private const string Accepted = "accepted";
    private const string Nothing = "nothing";

    private static readonly ModelRegistered _registered = new() { Name = "A model", At = Artifacts.Now };
    private static readonly VersionCreated _version = Artifacts.Created(1) with { Type = Artifact.ModelType };

    private static readonly Dictionary<string, ArtifactEvent[]> _states = new(StringComparer.Ordinal)
    {
        ["no artifact"] = [],
        ["of another type"] = [Artifacts.Created(1) with { Type = "dataset" }],
        ["registered"] = [_registered],
        ["registered, with version"] = [_registered, _version],
        ["not registered, with version"] = [_version],
        ["deleted"] = [_registered, _version, new VersionDeleted(1, Artifacts.Now), new ModelDeleted(Artifacts.Now)],
    };

    private static readonly Dictionary<string, ModelCommand> _commands = new(StringComparer.Ordinal)
    {
        ["register"] = new RegisterModel("A model", Description: null, Card.NoTags),
        ["describe"] = new ChangeModel(Name: null, "what it is"),
        ["rename"] = new ChangeModel("Another name", Description: null),
        ["tag"] = new SetModelTag("owner", "anna"),
        ["untag"] = new SetModelTag("owner", Value: null),
        ["delete"] = new DeleteModel(),
        ["describe version"] = new DescribeVersion(1, "better"),
        ["tag version"] = new SetVersionTag(1, "quality", "good"),
        ["stage"] = new SetStage(1, "Production", ArchiveOthers: true),
    };

    public static TheoryData<string, string, string> Pairs =>
        new()
        {
            { "no artifact", "register", Accepted },
            { "no artifact", "describe", "artifact.not-found" },
            { "no artifact", "rename", "artifact.not-found" },
            { "no artifact", "tag", "artifact.not-found" },
            { "no artifact", "untag", "artifact.not-found" },
            { "no artifact", "delete", "artifact.not-found" },
            { "no artifact", "describe version", "artifact.not-found" },
            { "no artifact", "tag version", "artifact.not-found" },
            { "no artifact", "stage", "artifact.not-found" },
            { "of another type", "register", "artifact.type-mismatch" },
            { "of another type", "describe", "artifact.not-found" },
            { "of another type", "rename", "artifact.not-found" },
            { "of another type", "tag", "artifact.not-found" },
            { "of another type", "untag", "artifact.not-found" },
            { "of another type", "delete", "artifact.not-found" },
            { "of another type", "describe version", "artifact.not-found" },
            { "of another type", "tag version", "artifact.not-found" },
            { "of another type", "stage", "artifact.not-found" },
            { "registered", "register", Nothing },
            { "registered", "describe", Accepted },
            { "registered", "rename", Accepted },
            { "registered", "tag", Accepted },
            { "registered", "untag", Nothing },
            { "registered", "delete", Accepted },
            { "registered", "describe version", "artifact.version-not-found" },
            { "registered", "tag version", "artifact.version-not-found" },
            { "registered", "stage", "artifact.version-not-found" },
            { "registered, with version", "register", Nothing },
            { "registered, with version", "describe", Accepted },
            { "registered, with version", "rename", Accepted },
            { "registered, with version", "tag", Accepted },
            { "registered, with version", "untag", Nothing },
            { "registered, with version", "delete", Accepted },
            { "registered, with version", "describe version", Accepted },
            { "registered, with version", "tag version", Accepted },
            { "registered, with version", "stage", Accepted },
            { "not registered, with version", "register", Accepted },
            { "not registered, with version", "describe", Accepted },
            { "not registered, with version", "rename", Accepted },
            { "not registered, with version", "tag", Accepted },
            { "not registered, with version", "untag", Nothing },
            { "not registered, with version", "delete", Accepted },
            { "not registered, with version", "describe version", Accepted },
            { "not registered, with version", "tag version", Accepted },
            { "not registered, with version", "stage", Accepted },
            { "deleted", "register", Accepted },
            { "deleted", "describe", Accepted },
            { "deleted", "rename", Accepted },
            { "deleted", "tag", Accepted },
            { "deleted", "untag", Nothing },
            { "deleted", "delete", Accepted },
            { "deleted", "describe version", "artifact.version-not-found" },
            { "deleted", "tag version", "artifact.version-not-found" },
            { "deleted", "stage", "artifact.version-not-found" },
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
            typeof(ModelCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ModelCommand))).ToHashSet(),
            _commands.Values.Select(command => command.GetType()).ToHashSet()
        );
        Assert.Equal(
            _states.Keys.SelectMany(state => _commands.Keys, (state, command) => (state, command)).ToHashSet(),
            Pairs.Select(row => ((string)row[0], (string)row[1])).ToHashSet()
        );
    }
}
