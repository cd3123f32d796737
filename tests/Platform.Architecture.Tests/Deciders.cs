using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using Platform.EventStore;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Type = System.Type;

namespace Platform.Architecture.Tests;

public sealed class Deciders
{
    private static readonly ArchUnitNET.Domain.Architecture _services = new ArchLoader()
        .LoadAssemblies([.. Source.Services.Select(Source.Assembly)])
        .Build();

    private static readonly List<Type> _deciders =
    [
        .. Source.Services.Select(Source.Assembly).SelectMany(assembly => assembly.GetTypes()).Where(IsDecider),
    ];

    public static TheoryData<Type> All => [.. _deciders];

    [Fact]
    public void exist_for_every_stream_type() =>
        Assert.True(_deciders.Count >= 5, "job, node, placement, artifact and run each have one");

    [Theory]
    [MemberData(nameof(All))]
    public void reference_only_the_base_library_what_is_beside_them_the_shape_of_decisions_and_what_they_say(
        Type decider
    )
    {
        ArgumentNullException.ThrowIfNull(decider);
        var own = Regex.Escape(decider.Namespace!);

        Types()
            .That()
            .Are(decider)
            .Should()
            // Not OnlyDependOn: it overlooks types of assemblies that are referenced and not loaded.
            .NotDependOnAny(
                Types(includeReferenced: true)
                    .That()
                    .DoNotResideInNamespaceMatching(
                        $@"^(System(\..+)?|Platform\.EventStore|Platform\.Contracts(\..+)?|{own})$"
                    )
                    .And()
                    .DoNotHaveFullNameMatching(@"^Platform\.(ServiceDefaults\.Refusals|[A-Za-z]+\.[A-Za-z]+Sentences)$")
            )
            .Check(_services);
    }

    [Fact]
    public void take_the_time_as_a_value_and_wait_for_nothing() =>
        Types()
            .That()
            .Are(_deciders)
            .Should()
            .NotDependOnAny(typeof(TimeProvider), typeof(Task), typeof(ValueTask))
            .Check(_services);

    [Fact]
    public void have_no_state_of_their_type() =>
        Assert.All(
            _deciders,
            type =>
                Assert.DoesNotContain(
                    type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic),
                    field => !field.IsInitOnly && !field.IsLiteral && !field.Name.StartsWith('<')
                )
        );

    private static bool IsDecider(Type type) =>
        type.GetMethod("Decide", BindingFlags.Public | BindingFlags.Static)
            is { ReturnType: { IsGenericType: true } result }
        && result.GetGenericTypeDefinition() == typeof(Decision<>);
}
