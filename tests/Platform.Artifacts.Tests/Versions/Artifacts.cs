using Platform.Artifacts.Versions;
using Platform.EventStore;

namespace Platform.Artifacts.Tests.Versions;

/// <summary>Events and commands with default values.</summary>
internal static class Artifacts
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal) { ["epochs"] = "5" };

    public static AddVersion Add() =>
        new()
        {
            Type = "custom",
            Digest = "d",
            FileCount = 2,
            Size = 30,
            Metadata = _metadata,
            Aliases = [],
        };

    public static VersionCreated Created(int number) =>
        new()
        {
            Number = number,
            Type = "custom",
            Digest = "d",
            FileCount = 2,
            Size = 30,
            Metadata = _metadata,
            At = Now,
        };
}

/// <summary>The specification of artifacts at a fixed time.</summary>
internal sealed class ArtifactSpecification(IReadOnlyList<ArtifactEvent> events)
{
    private readonly Specification<Artifact, ArtifactEvent> _specification = new Specification<Artifact, ArtifactEvent>(
        Artifact.Decider
    ).Given(events);

    public Specification<Artifact, ArtifactEvent> When(ArtifactCommand command) =>
        _specification.When(artifact => Artifact.Decide(artifact, command, Artifacts.Now));
}
