using Platform.Artifacts.Versions;

namespace Platform.Artifacts.Tests.Versions;

public sealed class Adding_a_version
{
    [Fact]
    public void gives_the_first_one_number_1_and_its_aliases() =>
        Given()
            .When(Artifacts.Add() with { Type = "model", Aliases = ["best", "prod"] })
            .Then(
                Artifacts.Created(1) with
                {
                    Type = "model",
                },
                new AliasSet("best", 1, Artifacts.Now),
                new AliasSet("prod", 1, Artifacts.Now)
            );

    [Fact]
    public void gives_the_next_number() => Given(Artifacts.Created(1)).When(Artifacts.Add()).Then(Artifacts.Created(2));

    [Fact]
    [Trait("check", "ART-08")]
    public void never_uses_a_number_again_after_a_deletion() =>
        Given(
                Artifacts.Created(1),
                Artifacts.Created(2),
                Artifacts.Created(3),
                new VersionDeleted(1, Artifacts.Now),
                new VersionDeleted(3, Artifacts.Now)
            )
            .When(Artifacts.Add())
            .Then(Artifacts.Created(4));

    [Fact]
    public void uses_the_artifacts_type_for_custom() =>
        Given(Artifacts.Created(1) with { Type = "model" })
            .When(Artifacts.Add())
            .Then(Artifacts.Created(2) with { Type = "model" });

    [Fact]
    public void is_refused_with_another_type() =>
        Given(Artifacts.Created(1) with { Type = "model" })
            .When(Artifacts.Add() with { Type = "dataset" })
            .ThenRefused("artifact.type-mismatch");

    [Fact]
    public void does_nothing_when_the_same_request_comes_again() =>
        Given(Artifacts.Created(1) with { RequestKey = "k", RequestHash = "h" }, Artifacts.Created(2))
            .When(Artifacts.Add() with { RequestKey = "k", RequestHash = "h" })
            .ThenNothing();

    [Fact]
    public void gives_the_next_number_for_a_request_that_is_known_for_a_while_once_its_version_is_deleted() =>
        Given(Artifacts.Created(1) with { RequestKey = "k", RequestHash = "h" }, new VersionDeleted(1, Artifacts.Now))
            .When(Artifacts.Add() with { RequestKey = "k", RequestHash = "h", RepeatsFor = TimeSpan.FromMinutes(5) })
            .Then(Artifacts.Created(2) with { RequestKey = "k", RequestHash = "h" });

    [Fact]
    public void does_nothing_for_a_key_of_a_deleted_version_that_is_known_for_ever() =>
        Given(Artifacts.Created(1) with { RequestKey = "k", RequestHash = "h" }, new VersionDeleted(1, Artifacts.Now))
            .When(Artifacts.Add() with { RequestKey = "k", RequestHash = "h" })
            .ThenNothing();

    [Fact]
    public void is_refused_when_the_key_comes_with_another_request() =>
        Given(Artifacts.Created(1) with { RequestKey = "k", RequestHash = "h" })
            .When(Artifacts.Add() with { RequestKey = "k", RequestHash = "other" })
            .ThenRefused("idempotency-key.reused");

    private static ArtifactSpecification Given(params ArtifactEvent[] events) => new(events);
}
