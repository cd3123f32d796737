using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.ElasticLogs.Tests;

public sealed partial class Installing_in_Elasticsearch
{
    private static readonly string _folder = Repository.PathOf("infra/elk");

    [Fact]
    public async Task gives_the_same_when_it_is_repeated_and_tells_nobody_the_password()
    {
        await using var server = await StrictElasticsearch.StartAsync();

        var first = await RunAsync(server);
        var installed = server.Installed.ToDictionary();
        var second = await RunAsync(server);

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(5 + Objects().Count, installed.Count);
        Assert.Equal(installed, server.Installed);
        Assert.DoesNotContain("hunter2", first.Output, StringComparison.Ordinal);
        Assert.All(
            server.Authorizations,
            header => Assert.Equal($"Basic {Convert.ToBase64String("elastic:hunter2"u8)}", header)
        );
        Assert.Empty(server.Offences);
    }

    [Fact]
    public async Task says_what_was_refused()
    {
        await using var server = await StrictElasticsearch.StartAsync();
        server.OnRequest = (request, _) => Task.FromResult<int?>(request == 2 ? 403 : null);

        var (exitCode, output) = await RunAsync(server);

        Assert.Equal(1, exitCode);
        Assert.Contains("setup.sh: _ingest/pipeline/platform-logs: status 403", output, StringComparison.Ordinal);
    }

    [Fact]
    public void has_settings_whose_names_are_installed_too()
    {
        var settings = Read("component-settings.json")["template"]!["settings"]!;
        var script = File.ReadAllText(Path.Combine(_folder, "setup.sh"));

        Assert.Contains($"_ilm/policy/{settings["index.lifecycle.name"]} ", script, StringComparison.Ordinal);
        Assert.Contains($"_ingest/pipeline/{settings["index.default_pipeline"]} ", script, StringComparison.Ordinal);
    }

    [Fact]
    public void has_views_of_fields_that_the_templates_know()
    {
        var known = Read("component-mappings.json")["template"]!["mappings"]!["properties"]!
            .AsObject()
            .Select(field => field.Key)
            .ToHashSet(StringComparer.Ordinal);
        var searches = Objects()
            .Where(item => (string?)item["type"] == "search")
            .Select(item => item["attributes"]!)
            .ToList();

        Assert.NotEmpty(searches);
        Assert.Empty(
            searches.SelectMany(search => search["columns"]!.AsArray().Select(name => (string)name!)).Except(known)
        );
        Assert.Empty(
            searches
                .Select(Query)
                .SelectMany(query => Field().Matches(query).Select(field => field.Groups["name"].Value))
                .Except(known)
        );
    }

    [Fact]
    public void has_objects_whose_references_resolve()
    {
        var objects = Objects();
        var ids = objects.Select(item => $"{item["type"]}:{item["id"]}").ToList();
        var references = objects
            .SelectMany(item => item["references"]!.AsArray())
            .Select(r => $"{r!["type"]}:{r["id"]}");

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(references.Except(ids));
        var dashboard = objects.Single(item => (string?)item["type"] == "dashboard");
        var names = dashboard["references"]!
            .AsArray()
            .Select(r => (string)r!["name"]!)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(
            JsonNode.Parse((string)dashboard["attributes"]!["panelsJSON"]!)!.AsArray(),
            panel => Assert.Contains($"{panel!["panelIndex"]}:{panel["panelRefName"]}", names)
        );
    }

    private static string Query(JsonNode search) =>
        (string)JsonNode.Parse((string)search["kibanaSavedObjectMeta"]!["searchSourceJSON"]!)!["query"]!["query"]!;

    private static List<JsonNode> Objects() =>
        [.. File.ReadLines(Path.Combine(_folder, "kibana.ndjson")).Select(line => JsonNode.Parse(line)!)];

    private static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, name)))!;

    private static async Task<(int ExitCode, string Output)> RunAsync(StrictElasticsearch server)
    {
        var start = new ProcessStartInfo("sh")
        {
            ArgumentList = { Path.Combine(_folder, "setup.sh") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ELASTICSEARCH_URL"] = server.Url,
                ["KIBANA_URL"] = server.Url,
                ["ELASTICSEARCH_USER"] = "elastic",
                ["ELASTICSEARCH_PASSWORD"] = "hunter2",
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    [GeneratedRegex(@"(?<name>[@a-z_.]+)\s*:")]
    private static partial Regex Field();
}
