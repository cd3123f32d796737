using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Testing.Elastic;

/// <summary>Templates, policies and pipelines, and Kibana's import of saved objects.</summary>
public sealed partial class StrictElasticsearch
{
    /// <summary>What was installed, by its path; Kibana's objects by their type and id.</summary>
    public ConcurrentDictionary<string, string> Installed { get; } = new(StringComparer.Ordinal);

    private async Task InstallAsync(HttpContext context, string body)
    {
        if (context.Request.Method == "POST")
        {
            await ImportAsync(context, body);
            return;
        }

        var path = context.Request.Path.Value!;
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(body);
        }
        catch (JsonException exception)
        {
            await OffendAsync(context, exception.Message);
            return;
        }

        var missing = (json?["composed_of"]?.AsArray() ?? [])
            .Select(name => $"/_component_template/{name}")
            .Where(component => !Installed.ContainsKey(component))
            .ToList();
        if (missing.Count > 0 || !IsInstallable(path))
        {
            await OffendAsync(context, $"{path} cannot be installed; missing: {string.Join(", ", missing)}");
            return;
        }

        Installed[path] = json!.ToJsonString();
        await context.Response.WriteAsync("""{"acknowledged":true}""");
    }

    private async Task ImportAsync(HttpContext context, string body)
    {
        if (context.Request.Headers["kbn-xsrf"] != "true" || context.Request.Query["overwrite"] != "true")
        {
            await OffendAsync(context, "Request must contain a kbn-xsrf header");
            return;
        }

        foreach (var line in body.Split('\n').Where(line => line.StartsWith('{')))
        {
            var item = JsonNode.Parse(line)!;
            Installed[$"{item["type"]}:{item["id"]}"] = line.TrimEnd('\r');
        }

        await context.Response.WriteAsync("""{"success":true}""");
    }

    private static bool IsInstallable(string path) =>
        path.Split('/')
            is ["", "_ilm", "policy", _]
                or ["", "_ingest", "pipeline", _]
                or ["", "_component_template" or "_index_template", _];
}
