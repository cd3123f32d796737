using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;

namespace Platform.Architecture.Tests;

/// <summary>
/// A folder of a service can be read, and moved, knowing only what lies below it. The service's own files beside the folders (its
/// module, options and store) belong to all of them.
/// </summary>
public sealed class Folders_of_a_service
{
    public static TheoryData<string> Services => [.. Source.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public void depend_on_each_other_in_one_direction(string service)
    {
        var uses = UsesBetweenFolders(service);
        var edges = uses.Select(use => (use.From, use.To)).ToHashSet();
        var cyclic = uses.Where(use => Reaches(edges, use.To, use.From))
            .Select(use => $"{use.From} → {use.To}: {use.Example}")
            .Order(StringComparer.Ordinal);

        Assert.True(!cyclic.Any(), string.Join('\n', cyclic));
    }

    private static List<(string From, string To, string Example)> UsesBetweenFolders(string service)
    {
        var architecture = new ArchLoader().LoadAssembly(Source.Assembly(service)).Build();
        return
        [
            .. architecture
                .Types.SelectMany(type => type.Dependencies)
                .Select(use => (From: FolderOf(use.Origin, service), To: FolderOf(use.Target, service), Use: use))
                .Where(use => use.From is not null && use.To is not null && use.From != use.To)
                .GroupBy(use => (use.From, use.To))
                .Select(uses =>
                    (
                        uses.Key.From!,
                        uses.Key.To!,
                        string.Join(
                            ", ",
                            uses.Select(use => $"{use.Use.Origin.Name} uses {use.Use.Target.Name}")
                                .Distinct(StringComparer.Ordinal)
                                .Order(StringComparer.Ordinal)
                        )
                    )
                ),
        ];
    }

    /// <summary>Null for what is not in a folder of the service.</summary>
    private static string? FolderOf(IType type, string service)
    {
        var prefix = $"Platform.{service}.";
        return
            type.FullName.StartsWith(prefix, StringComparison.Ordinal)
            && type.Namespace.FullName.StartsWith(prefix, StringComparison.Ordinal)
            ? type.Namespace.FullName[prefix.Length..].Split('.')[0]
            : null;
    }

    private static bool Reaches(HashSet<(string From, string To)> edges, string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            if (string.Equals(folder, to, StringComparison.Ordinal))
            {
                return true;
            }

            if (seen.Add(folder))
            {
                foreach (var edge in edges.Where(edge => edge.From == folder))
                {
                    open.Push(edge.To);
                }
            }
        }

        return false;
    }
}
