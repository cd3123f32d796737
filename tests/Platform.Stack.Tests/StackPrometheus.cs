using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Stack.Tests;

/// <summary>A rule as Prometheus has loaded it.</summary>
/// <param name="Health"><c>ok</c>, <c>err</c>, or <c>unknown</c> before it was evaluated for the first time.</param>
internal sealed record LoadedRule(string Name, bool IsAlert, string Expression, string Health, string? Error);

/// <summary>The Prometheus of the stack, asked from inside its container: nothing of it is published.</summary>
internal sealed partial class StackPrometheus(ContainerEngine engine)
{
    /// <summary>Prints an answer on a line for each address; an empty one when it is refused.</summary>
    private const string GetAll =
        "for path; do wget -q -O - \"http://127.0.0.1:9090/api/v1/$path\" || true; echo; done";

    /// <summary>The names of rules in the files that are mounted, sorted.</summary>
    public static IEnumerable<string> NamesInFiles() =>
        Directory
            .GetFiles(Repository.PathOf("infra", "prometheus", "rules"), "*.yml")
            .SelectMany(file => RuleName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["name"].Value)
            .Order(StringComparer.Ordinal);

    /// <summary>All rules, once each has been evaluated.</summary>
    public Task<IReadOnlyList<LoadedRule>> RulesAsync() =>
        WaitFor.ValueAsync<IReadOnlyList<LoadedRule>>(
            "Prometheus to evaluate its rules",
            async () =>
            {
                var answer = Assert.Single(await GetAsync(["rules"]));
                return
                [
                    .. JsonNode.Parse(answer)!["data"]!["groups"]!
                        .AsArray()
                        .SelectMany(group => group!["rules"]!.AsArray())
                        .Select(rule => new LoadedRule(
                            rule!["name"]!.GetValue<string>(),
                            rule["type"]!.GetValue<string>() is "alerting",
                            rule["query"]!.GetValue<string>(),
                            rule["health"]!.GetValue<string>(),
                            rule["lastError"]?.GetValue<string>()
                        )),
                ];
            },
            rules => rules.Count > 0 && rules.All(rule => rule.Health is not "unknown"),
            TimeSpan.FromMinutes(2)
        );

    /// <summary>Evaluates expressions; one that is refused fails the test.</summary>
    /// <returns>Those that have no data.</returns>
    public async Task<IReadOnlyList<string>> EvaluateAsync(IEnumerable<string> expressions)
    {
        var asked = expressions.ToList();
        var answers = await GetAsync(asked.Select(one => $"query?query={Uri.EscapeDataString(one)}"));
        Assert.Equal(asked.Count, answers.Count);
        var empty = new List<string>();
        foreach (var (expression, answer) in asked.Zip(answers))
        {
            Assert.True(answer.Length > 0, $"Prometheus refuses {expression}");
            var answered = JsonNode.Parse(answer)!;
            Assert.Equal("success", answered["status"]!.GetValue<string>());
            if (answered["data"]!["result"]!.AsArray().Count == 0)
            {
                empty.Add(expression);
            }
        }

        return empty;
    }

    private async Task<IReadOnlyList<string>> GetAsync(IEnumerable<string> paths)
    {
        var answers = await engine.ComposeAsync(["exec", "-T", "prometheus", "sh", "-c", GetAll, "sh", .. paths]);
        return answers.Split('\n')[..^1];
    }

    [GeneratedRegex(@"^      - (alert|record): (?<name>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RuleName();
}
