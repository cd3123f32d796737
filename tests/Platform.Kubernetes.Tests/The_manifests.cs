using System.Text.RegularExpressions;
using System.Xml.Linq;
using k8s.Models;
using Platform.Contracts.Services;

namespace Platform.Kubernetes.Tests;

public sealed partial class The_manifests
{
    private const string Label = "app.kubernetes.io/";

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    [Trait("check", "OPS-02")]
    public async Task are_of_known_kinds_with_known_fields_in_one_namespace(string name)
    {
        var overlay = await Overlay.RenderAsync(name);

        var itsNamespace = Assert.Single(overlay.All<V1Namespace>()).Metadata.Name;
        Assert.All(
            overlay.Objects.Where(one => one is not V1Namespace),
            one => Assert.Equal(itsNamespace, one.Metadata.NamespaceProperty)
        );
        Assert.Equal(
            overlay.Objects.Count,
            overlay.Objects.Select(one => (one.Kind, one.Metadata.Name)).Distinct().Count()
        );
    }

    [Theory]
    [InlineData("replicas: 2", "replica: 2")]
    [InlineData("replicas: 2", "replicas: two")]
    [InlineData("cpu: \"1\"", "cpu: one")]
    [InlineData("scrapeTimeout: 10s", "scrapeTimeOut: 10s")]
    public async Task are_refused_with_a_field_or_a_value_that_is_none(string right, string wrong)
    {
        var yaml = await Kubectl.KustomizeAsync(Repository.PathOf("infra", "kubernetes", "overlays", "production"));
        Assert.Contains(right, yaml, StringComparison.Ordinal);

        Assert.ThrowsAny<Exception>(() =>
            Overlay.Parse(
                new Regex(Regex.Escape(right), RegexOptions.None, TimeSpan.FromSeconds(5)).Replace(yaml, wrong, 1)
            )
        );
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task are_labelled_as_parts_of_the_platform(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.All(
            overlay.Objects,
            one =>
            {
                Assert.Equal("platform", one.Metadata.Labels[$"{Label}part-of"]);
                Assert.Equal("kustomize", one.Metadata.Labels[$"{Label}managed-by"]);
            }
        );
        foreach (var workload in overlay.Workloads)
        {
            foreach (var labels in new[] { workload.Owner.Metadata.Labels, workload.Labels })
            {
                Assert.Equal(workload.Name, labels[$"{Label}name"]);
                Assert.Matches("^(api|service|agent|migration|database|broker|store)$", labels[$"{Label}component"]);
                Assert.Equal("platform", labels[$"{Label}part-of"]);
                Assert.Equal("kustomize", labels[$"{Label}managed-by"]);
                var image = workload.Pod.Containers[0].Image;
                Assert.Equal(
                    image.Contains("platform/", StringComparison.Ordinal) ? version : ImageTag().Match(image).Value,
                    labels[$"{Label}version"]
                );
            }
        }
    }

    [Fact]
    public async Task run_the_gateway_and_every_service_of_the_catalog_twice()
    {
        var overlay = await Overlay.RenderAsync("production");

        Assert.Equal(
            ServiceCatalog.Schemas.Order(StringComparer.Ordinal),
            overlay.All<V1Deployment>().Select(one => one.Metadata.Name).Order(StringComparer.Ordinal)
        );
        foreach (var deployment in overlay.All<V1Deployment>())
        {
            var scaler = overlay
                .All<V2HorizontalPodAutoscaler>()
                .SingleOrDefault(one => one.Spec.ScaleTargetRef.Name == deployment.Metadata.Name);
            // A number in both would be set back by every "apply".
            Assert.Equal(scaler is null ? 2 : null, deployment.Spec.Replicas);
            Assert.True(scaler is null or { Spec.MinReplicas: 2, Spec.MaxReplicas: > 2 });
        }

        Assert.Equal(
            ServiceCatalog.Schemas.Order(StringComparer.Ordinal),
            Assert
                .Single(overlay.All<V1Job>())
                .Spec.Template.Spec.Containers.Select(one => one.Name)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task run_one_of_each_in_dev() =>
        Assert.All(
            (await Overlay.RenderAsync("dev")).All<V1Deployment>(),
            deployment => Assert.Equal(1, deployment.Spec.Replicas)
        );

    [Fact]
    public async Task name_the_images_of_the_compose_file_and_take_ours_from_nobody_else()
    {
        var compose = ComposeImage()
            .Matches(await File.ReadAllTextAsync(Repository.PathOf("infra", "compose", "compose.yaml")))
            .Select(match => Default().Replace(Default().Replace(match.Groups["image"].Value, "$1"), "$1"))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var overlay in await Overlay.RenderAllAsync())
        {
            foreach (var container in overlay.Workloads.SelectMany(workload => workload.Containers))
            {
                // A name that nobody can have (RFC 2606) until it is replaced.
                var image = container.Image.Replace("registry.example/", "", StringComparison.Ordinal);
                Assert.Contains(image, compose);
                Assert.Equal(
                    container.Image.StartsWith("platform/", StringComparison.Ordinal),
                    container.ImagePullPolicy is "Never"
                );
            }
        }

        Assert.Contains(
            Assert.Single((await Overlay.RenderAsync("production-rabbitmq")).All<RabbitmqCluster>()).Spec.Image,
            compose
        );
    }

    [Fact]
    public async Task have_the_broker_s_settings_of_the_compose_stack() =>
        Assert.Equal(
            await File.ReadAllTextAsync(Repository.PathOf("infra", "compose", "rabbitmq.conf")),
            (await Overlay.RenderAsync("dev"))
                .All<V1ConfigMap>()
                .Single(map => map.Metadata.Name.StartsWith("rabbitmq-", StringComparison.Ordinal))
                .Data["20-platform.conf"]
        );

    [GeneratedRegex(@"^\s+image: (?<image>\S+)$", RegexOptions.Multiline)]
    private static partial Regex ComposeImage();

    [GeneratedRegex(@"\$\{\w+:-([^${}]*)\}")]
    private static partial Regex Default();

    [GeneratedRegex("(?<=:)[^-]*(-[0-9]+)*(T[0-9Z-]+)?")]
    private static partial Regex ImageTag();
}
