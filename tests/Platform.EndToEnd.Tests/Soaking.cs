using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests;

/// <summary>The soak test starts its own cluster and runs without other tests.</summary>
[CollectionDefinition("soak", DisableParallelization = true)]
public sealed class SoakCollection;

[Collection("soak")]
[Trait("suite", "e2e")]
public sealed class Soaking
{
    [Fact]
    public async Task with_half_a_minute_of_random_faults_loses_and_duplicates_nothing()
    {
        // The rest of the ten minutes is for starting, settling and checking on a slow machine.
        var (exitCode, output, errors) = await Command.RunAsync(
            TimeSpan.FromMinutes(10),
            "soak",
            "--seconds",
            "30",
            "--seed",
            "1",
            "--json"
        );

        Assert.True(exitCode == 0, $"platform soak ended with {exitCode}:\n{output}{errors}");
        var result = JsonNode.Parse(output.Split('\n')[0])!;
        Assert.Empty(result["violations"]!.AsArray());
        Assert.NotEqual(0, result["jobs"]!.GetValue<int>());
        Assert.NotEqual(0, result["faults"]!.GetValue<int>());
    }

    [Fact]
    public async Task with_the_same_seed_makes_the_same_decisions()
    {
        var first = await PlanAsync(seed: 5);

        Assert.Equal(first, await PlanAsync(seed: 5));
        Assert.NotEqual(first, await PlanAsync(seed: 6));
    }

    [Theory]
    [InlineData("--minutes", "-1")]
    [InlineData("--seed")]
    [InlineData("--sed", "1")]
    public async Task with_invalid_arguments_starts_nothing(params string[] arguments)
    {
        var (exitCode, output, errors) = await Command.RunAsync(TimeSpan.FromSeconds(30), ["soak", .. arguments]);

        Assert.Equal(2, exitCode);
        Assert.Contains(arguments[0], output + errors, StringComparison.Ordinal);
    }

    private static Task<string> PlanAsync(int seed) =>
        Command.SucceedAsync(TimeSpan.FromSeconds(30), "soak", "--plan", "--seed", $"{seed}");
}
