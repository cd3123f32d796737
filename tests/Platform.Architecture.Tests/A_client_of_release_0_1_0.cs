using System.Text.Json.Nodes;

namespace Platform.Architecture.Tests;

/// <summary>
/// A client that was made from the description of release 0.1.0 still works: what it may send is taken, and what it reads is
/// there. Compares both descriptions; <c>docs/contracts/openapi-0.1.0.json</c> never changes.
/// </summary>
public sealed class A_client_of_release_0_1_0
{
    /// <summary>What such a client must expect all the same, as docs/architecture.md says; how it ends in what is found.</summary>
    private static readonly string[] _known =
    [
        // What would take long to count is counted when that is asked for (ADR 31).
        "200's total is integer or null",
        // Called "actor" since it is also who caused an event without a request.
        "200's items.[].subject is gone",
        // What a driver does not tell is not 0.
        "gpus.[].memoryMiB is integer or null",
        "usage.gpus.[].memoryUsedMiB is integer or null",
        "usage.gpus.[].memoryUsedMiB may be missing",
        "usage.gpus.[].utilization is null or number",
        "usage.gpus.[].utilization may be missing",
    ];

    private readonly Contract _then = new("openapi-0.1.0");
    private readonly Contract _now = new("openapi");

    [Fact]
    public void sends_and_reads_what_it_knows()
    {
        var broken = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, then) in _then.Operations)
        {
            if (_now.Operations.GetValueOrDefault(name) is { } now)
            {
                broken.UnionWith(ParametersOf(then, now).Select(one => $"{name}: {one}"));
                broken.UnionWith(BodyOf(then, now).Select(one => $"{name}: {one}"));
                broken.UnionWith(AnswersOf(then, now).Select(one => $"{name}: {one}"));
            }
            else
            {
                broken.Add($"{name} is gone");
            }
        }

        var unknown = broken.Where(one => !_known.Any(end => one.EndsWith(end, StringComparison.Ordinal))).ToList();
        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
        Assert.All(_known, end => Assert.Contains(broken, one => one.EndsWith(end, StringComparison.Ordinal)));
    }

    [Fact]
    public void is_compared_over_all_it_had()
    {
        Assert.True(_then.Operations.Count > 40);
        Assert.Contains(
            "items.[].status is gone",
            _then.Difference(
                JsonNode.Parse(
                    """{"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{"status":{"type":"string"}}}}}}"""
                )!,
                JsonNode.Parse(
                    """{"type":"object","properties":{"items":{"type":"array","items":{"type":"object","properties":{}}}}}"""
                )!,
                _now,
                isSent: false
            )
        );
    }

    private static IEnumerable<string> ParametersOf(JsonObject then, JsonObject now)
    {
        var known = Contract.Parameters(then);
        var present = Contract.Parameters(now);
        return known
            .Keys.Where(name => !present.ContainsKey(name))
            .Select(name => $"the parameter {name} is gone")
            .Concat(
                present
                    .Where(one => one.Value && !known.GetValueOrDefault(one.Key))
                    .Select(one => $"the parameter {one.Key} is required")
            );
    }

    private IEnumerable<string> BodyOf(JsonObject then, JsonObject now) =>
        Contract.Schema(then["requestBody"]) is { } sent
            ? Contract.Schema(now["requestBody"]) is { } taken
                ? _then.Difference(sent, taken, _now, isSent: true).Select(one => $"the request's {one}")
                : ["takes no body"]
            : [];

    private IEnumerable<string> AnswersOf(JsonObject then, JsonObject now)
    {
        foreach (var (status, answer) in then["responses"]!.AsObject())
        {
            if (now["responses"]![status] is not { } given)
            {
                yield return $"{status} is gone";
            }
            else if (Contract.Schema(answer) is { } read)
            {
                if (Contract.Schema(given) is not { } sent)
                {
                    yield return $"{status} has no body";
                    continue;
                }

                foreach (var one in _then.Difference(read, sent, _now, isSent: false))
                {
                    yield return $"{status}'s {one}";
                }
            }
        }
    }

    /// <summary>A description of the API.</summary>
    private sealed class Contract
    {
        private readonly JsonObject _document;

        public Contract(string name)
        {
            _document = JsonNode.Parse(File.ReadAllText(Repository.PathOf($"docs/contracts/{name}.json")))!.AsObject();
            Operations = (
                from path in _document["paths"]!.AsObject()
                from operation in path.Value!.AsObject()
                where operation.Value is JsonObject
                select (
                    Name: $"{operation.Key.ToUpperInvariant()} {Anonymous(path.Key)}",
                    Operation: operation.Value!.AsObject()
                )
            ).ToDictionary(one => one.Name, one => one.Operation, StringComparer.Ordinal);
        }

        /// <summary>By method and path, whatever the parts of the path are called.</summary>
        public Dictionary<string, JsonObject> Operations { get; }

        /// <summary>What a request names besides the path, and whether it must; names are read in any case.</summary>
        public static Dictionary<string, bool> Parameters(JsonObject operation) =>
            (operation["parameters"] as JsonArray ?? [])
                .Where(parameter => (string?)parameter!["in"] is not "path")
                .ToDictionary(
                    parameter => (string)parameter!["name"]!,
                    parameter => (bool?)parameter!["required"] ?? false,
                    StringComparer.OrdinalIgnoreCase
                );

        public static JsonNode? Schema(JsonNode? message) =>
            (message?["content"] as JsonObject)?.Select(one => one.Value?["schema"]).FirstOrDefault();

        /// <summary>What of a schema of this description another one does not keep.</summary>
        /// <param name="isSent">Whether the client sends it; else it reads it.</param>
        public List<string> Difference(JsonNode known, JsonNode present, Contract other, bool isSent) =>
            Difference("", known, present, other, isSent, []);

        private List<string> Difference(
            string at,
            JsonNode known,
            JsonNode present,
            Contract other,
            bool isSent,
            HashSet<string> seen
        )
        {
            if ((string?)known["$ref"] is { } name && !seen.Add(name))
            {
                return [];
            }

            var (before, after) = (Resolve(known), other.Resolve(present));
            var (from, to) = isSent ? (before, after) : (after, before);
            var place = at.Length == 0 ? "body" : at;
            var found = new List<string>();
            if (
                TypesOf(from) is { Count: > 0 } given
                && TypesOf(to) is { Count: > 0 } taken
                && !given.IsSubsetOf(taken)
            )
            {
                found.Add($"{place} is {string.Join(" or ", given.Order(StringComparer.Ordinal))}");
            }

            var (had, has) = (before["properties"] as JsonObject ?? [], after["properties"] as JsonObject ?? []);
            foreach (var (property, schema) in had)
            {
                var below = at.Length == 0 ? property : $"{at}.{property}";
                found.AddRange(
                    has[property] is { } kept
                        ? Difference(below, schema!, kept, other, isSent, [.. seen])
                        : [$"{below} is gone"]
                );
            }

            // A reader relies on what is always there, a sender on what may be left out.
            found.AddRange(
                RequiredOf(to)
                    .Except(RequiredOf(from), StringComparer.Ordinal)
                    .Where(property => isSent || has.ContainsKey(property))
                    .Select(property =>
                        $"{(at.Length == 0 ? property : $"{at}.{property}")} {(isSent ? "is required" : "may be missing")}"
                    )
            );
            foreach (var part in new[] { "items", "additionalProperties" })
            {
                if (before[part] is JsonObject inner && after[part] is JsonObject outer)
                {
                    var below = at.Length == 0 ? "[]" : $"{at}.[]";
                    found.AddRange(Difference(below, inner, outer, other, isSent, [.. seen]));
                }
            }

            return found;
        }

        private JsonNode Resolve(JsonNode schema)
        {
            if ((string?)schema["$ref"] is { } reference)
            {
                return Resolve(_document["components"]!["schemas"]![reference.Split('/')[^1]]!);
            }

            // Something that may be null.
            return
                schema["oneOf"] is JsonArray choices
                && choices.FirstOrDefault(one => one!["$ref"] is not null) is { } only
                ? Resolve(only)
                : schema;
        }

        private static HashSet<string> TypesOf(JsonNode schema) =>
            schema["type"] switch
            {
                JsonArray several => [.. several.Select(one => (string)one!)],
                JsonValue one => [(string)one!],
                _ => [],
            };

        private static IEnumerable<string> RequiredOf(JsonNode schema) =>
            (schema["required"] as JsonArray ?? []).Select(one => (string)one!);

        private static string Anonymous(string path) =>
            string.Join('/', path.Split('/').Select(part => part.StartsWith('{') ? "{}" : part));
    }
}
