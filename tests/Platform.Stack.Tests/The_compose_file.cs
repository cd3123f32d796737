using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Contracts.Services;

namespace Platform.Stack.Tests;

[Collection("engine")]
[Trait("suite", "stack")]
public sealed class The_compose_file(ContainerEngine engine)
{
    [Theory]
    [InlineData("core")]
    [InlineData("gpu")]
    [InlineData("core metrics")]
    [InlineData("gpu metrics")]
    [InlineData("core metrics elk")]
    public Task is_valid_with(string profiles) => engine.ComposeAsync([.. Profiles(profiles), "config", "--quiet"]);

    [Fact]
    public async Task has_the_gateway_and_every_service_of_the_catalog()
    {
        var services = await ServicesAsync("core");

        Assert.All(
            ServiceCatalog.All,
            service =>
            {
                Assert.Equal($"platform/{service.Name}:0.1.0", services[service.Name]!["image"]!.GetValue<string>());
                Assert.Equal(
                    $"http://{service.Name}:8080",
                    services["gateway"]!["environment"]![
                        service.AddressSetting.Replace(":", "__", StringComparison.Ordinal)
                    ]!.GetValue<string>()
                );
            }
        );
    }

    [Fact]
    public async Task gives_every_container_limits_and_no_more_rights_than_it_needs()
    {
        foreach (var (name, service) in await ServicesAsync("core gpu metrics elk"))
        {
            Assert.Equal(name is not ("elasticsearch" or "kibana"), service!["read_only"]?.GetValue<bool>() is true);
            Assert.Equal(["ALL"], Strings(service["cap_drop"]));
            Assert.Equal(["no-new-privileges:true"], Strings(service["security_opt"]));
            Assert.InRange(
                long.Parse(service["mem_limit"]!.GetValue<string>(), CultureInfo.InvariantCulture),
                1,
                long.MaxValue
            );
            Assert.NotNull(service["pids_limit"]);
            Assert.Equal("10m", service["logging"]!["options"]!["max-size"]!.GetValue<string>());
            Assert.Matches(@":(v|RELEASE\.)?\d+[\d.TZ-]+(-management)?$", service["image"]!.GetValue<string>());
            // Somebody else may have taken the names of our images in a registry.
            Assert.Equal(
                service["image"]!.GetValue<string>().StartsWith("platform/", StringComparison.Ordinal),
                service["pull_policy"]?.GetValue<string>() is "never"
            );
            var runsOnce = service["restart"]!.GetValue<string>() is "no";
            Assert.Equal(runsOnce, service["healthcheck"]?["disable"]?.GetValue<bool>() is true);
            Assert.Equal(name is "minio-volume", Strings(service["cap_add"]).Length > 0);
        }
    }

    [Fact]
    public async Task publishes_the_gateway_and_on_demand_what_people_and_agents_elsewhere_need()
    {
        var published = (await ServicesAsync("core gpu metrics elk"))
            .Where(service => service.Value!["ports"] is not null)
            .Select(service => service.Key);

        // The broker, as the stack's settings say that agents join from elsewhere.
        Assert.Equal(["gateway", "grafana", "kibana", "rabbitmq"], published.Order(StringComparer.Ordinal));
    }

    private async Task<JsonObject> ServicesAsync(string profiles) =>
        JsonNode.Parse(await engine.ComposeAsync([.. Profiles(profiles), "config", "--format", "json"]))![
            "services"
        ]!.AsObject();

    private static IEnumerable<string> Profiles(string profiles) =>
        profiles.Split(' ').SelectMany(profile => new[] { "--profile", profile });

    private static string[] Strings(JsonNode? list) =>
        list is null ? [] : [.. list.AsArray().Select(one => one!.GetValue<string>())];
}
