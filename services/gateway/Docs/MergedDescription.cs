using System.Text.Json.Nodes;
using Platform.Contracts.Services;

namespace Platform.Gateway.Docs;

/// <summary>Several OpenAPI documents as one. Equal components are shared; different ones of one name get their service's name.</summary>
internal sealed class MergedDescription
{
    private readonly JsonObject _paths = [];
    private readonly JsonObject _components = [];
    private readonly SortedSet<string> _tags = new(StringComparer.Ordinal);
    private string? _version;

    public void Add(string service, JsonObject document)
    {
        _version ??= (string?)document["openapi"];
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var components = document["components"] as JsonObject ?? [];
        foreach (var (kind, section) in components)
        {
            foreach (var (name, component) in section?.AsObject() ?? [])
            {
                if (_components[kind]?[name] is { } present && !JsonNode.DeepEquals(present, component))
                {
                    renamed[$"#/components/{kind}/{name}"] = $"#/components/{kind}/{service}{name}";
                }
            }
        }

        Redirect(document, renamed);
        foreach (var (kind, section) in components)
        {
            var target = SectionOf(kind);
            foreach (var (name, component) in section?.AsObject() ?? [])
            {
                var key = renamed.ContainsKey($"#/components/{kind}/{name}") ? service + name : name;
                target[key] ??= component?.DeepClone();
            }
        }

        foreach (var (path, operations) in document["paths"] as JsonObject ?? [])
        {
            var target = _paths[path] as JsonObject;
            if (target is null)
            {
                _paths[path] = target = [];
            }

            foreach (var (method, operation) in operations?.AsObject() ?? [])
            {
                target[method] ??= operation?.DeepClone();
            }
        }

        foreach (var tag in document["tags"] as JsonArray ?? [])
        {
            if ((string?)tag?["name"] is { } name)
            {
                _tags.Add(name);
            }
        }
    }

    /// <param name="server">The path below which the platform is shown.</param>
    public string ToJson(string server) =>
        new JsonObject
        {
            ["openapi"] = _version ?? "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Training platform", ["version"] = PlatformVersion.Current },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["paths"] = _paths.DeepClone(),
            ["components"] = _components.DeepClone(),
            ["tags"] = new JsonArray([.. _tags.Select(tag => new JsonObject { ["name"] = tag })]),
        }.ToJsonString();

    private JsonObject SectionOf(string kind)
    {
        if (_components[kind] is not JsonObject section)
        {
            _components[kind] = section = [];
        }

        return section;
    }

    private static void Redirect(JsonNode? node, Dictionary<string, string> renamed)
    {
        switch (node)
        {
            case JsonObject item:
                if (
                    item["$ref"] is JsonValue reference
                    && renamed.TryGetValue((string?)reference ?? "", out var target)
                )
                {
                    item["$ref"] = target;
                }

                foreach (var (_, child) in item)
                {
                    Redirect(child, renamed);
                }

                break;
            case JsonArray items:
                foreach (var child in items)
                {
                    Redirect(child, renamed);
                }

                break;
        }
    }
}
