using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Platform.Testing;

/// <summary>
/// A contract that others rely on, as a file in <c>docs/contracts</c>. A change of it is made on purpose: run its test with
/// <c>PLATFORM_UPDATE_CONTRACTS=1</c>, look at the difference and commit it.
/// </summary>
public static class LockedContract
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>Compares a contract with its file, or writes the file when that is asked for.</summary>
    /// <param name="name">The file's name without its ending.</param>
    public static void Check(string name, JsonObject contract)
    {
        var path = Repository.PathOf($"docs/contracts/{name}.json");
        var text = contract.ToJsonString(_indented) + "\n";
        if (Environment.GetEnvironmentVariable("PLATFORM_UPDATE_CONTRACTS") is "1")
        {
            File.WriteAllText(path, text);
            return;
        }

        var known = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        var differences = Differences("", known, contract).Take(20).ToList();
        Assert.True(
            differences.Count == 0,
            $"""
            docs/contracts/{name}.json does not say what the program does:
            {string.Join('\n', differences)}
            Where that is meant: run this test with PLATFORM_UPDATE_CONTRACTS=1 and commit the file.
            """
        );
    }

    /// <summary>What was removed (-), added (+) or changed (~), by path.</summary>
    private static IEnumerable<string> Differences(string path, JsonNode? known, JsonNode? now)
    {
        if (known is not JsonObject before || now is not JsonObject after)
        {
            return JsonNode.DeepEquals(known, now)
                ? []
                : [$"~ {path}: {known?.ToJsonString() ?? "null"} → {now?.ToJsonString() ?? "null"}"];
        }

        return before
            .Select(property => property.Key)
            .Union(after.Select(property => property.Key), StringComparer.Ordinal)
            .SelectMany(key =>
                !after.ContainsKey(key) ? [$"- {path}/{key}"]
                : !before.ContainsKey(key) ? [$"+ {path}/{key}"]
                : Differences($"{path}/{key}", before[key], after[key])
            );
    }
}
