using System.Reflection;
using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

public sealed partial class Deciders
{
    /// <summary>Files that hold a decider: a static Decide that returns a Decision.</summary>
    public static TheoryData<string> Files =>
        new(
            Source.Files("*.cs", "services").Where(path => Source.Lines(path).Any(line => DecideMethod().IsMatch(line)))
        );

    [Fact]
    public void Exist_for_every_stream_type() =>
        Assert.True(Files.Count >= 5, "job, node, placement, artifact and run each have one");

    [Theory]
    [MemberData(nameof(Files))]
    public void Reference_only_the_base_library_and_the_shape_of_decisions(string path)
    {
        var foreign = Source
            .Lines(path)
            .Where(line => line.StartsWith("using ", StringComparison.Ordinal))
            .Select(line => line["using ".Length..].TrimEnd(';'))
            .Where(name =>
                !name.StartsWith("System", StringComparison.Ordinal)
                && name is not "Platform.EventStore"
                && !name.StartsWith("Platform.Contracts", StringComparison.Ordinal)
            );

        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Take_the_time_as_a_value(string path) =>
        Assert.DoesNotContain(Source.Lines(path), line => line.Contains("TimeProvider") || line.Contains("async "));

    [Fact]
    public void Are_static_methods_without_side_effects_on_the_type()
    {
        var deciders = Source
            .Services.Select(Source.Assembly)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetMethod("Decide", BindingFlags.Public | BindingFlags.Static) is not null)
            .ToList();

        Assert.NotEmpty(deciders);
        Assert.All(
            deciders,
            type =>
                Assert.DoesNotContain(
                    type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic),
                    field => !field.IsInitOnly && !field.IsLiteral && !field.Name.StartsWith('<')
                )
        );
    }

    [GeneratedRegex(@"static Decision<\w+> Decide\(")]
    private static partial Regex DecideMethod();
}
