using System.Reflection;
using Platform.Contracts.Sentences;

namespace Platform.Architecture.Tests;

/// <summary>Every sentence that the platform's processes can say: the templates that they declare.</summary>
internal static class Sentences
{
    private static readonly string[] _others =
    [
        "Contracts",
        "ServiceDefaults",
        "JobAttempts",
        "Mlflow",
        "ProjectRetention",
    ];

    public static IReadOnlyList<ITemplate> All { get; } =
    [
        .. Source
            .Services.Concat(_others)
            .SelectMany(name => Source.Assembly(name).GetTypes())
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => Fields(type, BindingFlags.Static))
            .Select(field => (ITemplate)field.GetValue(null)!)
            .OrderBy(template => template.Code, StringComparer.Ordinal),
    ];

    /// <summary>Fields in which objects hold a template: no catalogue would find it.</summary>
    public static IEnumerable<FieldInfo> Hidden { get; } =
        Source
            .Services.Concat(_others)
            .SelectMany(name => Source.Assembly(name).GetTypes())
            .SelectMany(type => Fields(type, BindingFlags.Instance));

    private static IEnumerable<FieldInfo> Fields(Type type, BindingFlags kind) =>
        type.GetFields(kind | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(field => field.FieldType.IsAssignableTo(typeof(ITemplate)));
}
