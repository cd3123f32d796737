using System.Globalization;
using System.Text.Json.Nodes;

namespace Platform.Stack.Tests;

[Collection("engine")]
[Trait("suite", "stack")]
public sealed class The_images(ContainerEngine engine)
{
    private const long MaxBytes = 80_000_000;

    [Fact]
    public async Task have_one_layer_of_files_in_common_and_run_as_an_ordinary_user()
    {
        var largest = new HashSet<string>(StringComparer.Ordinal);
        foreach (var program in ContainerEngine.Programs)
        {
            var image = JsonNode.Parse(await engine.DockerAsync("image", "inspect", $"platform/{program}:0.1.0"))![0]!;
            var labels = image["Config"]!["Labels"]!;
            Assert.Equal("1654:1654", image["Config"]!["User"]!.GetValue<string>());
            Assert.Equal($"platform/{program}", Label("title"));
            Assert.Equal("0.1.0", Label("version"));
            Assert.NotEmpty(Label("description"));
            Assert.NotEmpty(Label("revision"));
            var itsBase = JsonNode.Parse(await engine.DockerAsync("image", "inspect", Label("base.name")))![0]!;
            var added = image["Size"]!.GetValue<long>() - itsBase["Size"]!.GetValue<long>();
            Assert.InRange(added, 1, MaxBytes);
            var layers = image["RootFS"]!["Layers"]!.AsArray().Select(layer => layer!.GetValue<string>()).ToList();
            largest.Add(string.Join(' ', layers));

            string Label(string name) => labels[$"org.opencontainers.image.{name}"]!.GetValue<string>();
        }

        Assert.Single(largest);
    }

    [Fact]
    public async Task say_what_they_consist_of()
    {
        var sbom = JsonNode.Parse(
            await engine.DockerAsync("run", "--rm", "--entrypoint", "cat", "platform/jobs:0.1.0", "/app/sbom.cdx.json")
        )!;
        var components = sbom["components"]!
            .AsArray()
            .Select(one => (Name: Text(one!, "name"), Version: Text(one!, "version"), Url: Text(one!, "purl")))
            .ToList();
        var files = await engine.DockerAsync(
            "run",
            "--rm",
            "--entrypoint",
            "sh",
            "platform/jobs:0.1.0",
            "-c",
            "ls /app"
        );

        Assert.Equal("CycloneDX", Text(sbom, "bomFormat"));
        Assert.Equal("1.6", Text(sbom, "specVersion"));
        Assert.Contains(components, one => one.Url.StartsWith("pkg:nuget/Npgsql@", StringComparison.Ordinal));
        Assert.Contains(components, one => one.Url.StartsWith("pkg:npm/react@", StringComparison.Ordinal));
        // All programs share a folder: of a package there is one version.
        Assert.Equal(
            components.Where(one => one.Url.StartsWith("pkg:nuget/", StringComparison.Ordinal)).Count(),
            components
                .Where(one => one.Url.StartsWith("pkg:nuget/", StringComparison.Ordinal))
                .Select(one => one.Name)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Count()
        );
        Assert.All(
            files
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(file =>
                    file.StartsWith("Platform.", StringComparison.Ordinal)
                    && file.EndsWith(".dll", StringComparison.Ordinal)
                ),
            file => Assert.Contains(components, one => $"{one.Name}.dll" == file)
        );
        var known = sbom["components"]!
            .AsArray()
            .Select(one => Text(one!, "bom-ref"))
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(
            sbom["dependencies"]!.AsArray(),
            one =>
            {
                Assert.Contains(Text(one!, "ref"), known);
                Assert.All(one!["dependsOn"]!.AsArray(), needed => Assert.Contains(needed!.GetValue<string>(), known));
            }
        );
    }

    private static string Text(JsonNode node, string name) =>
        node[name] is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture)! : "";
}
