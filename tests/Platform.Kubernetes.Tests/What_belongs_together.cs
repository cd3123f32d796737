using k8s;
using k8s.Models;

namespace Platform.Kubernetes.Tests;

public sealed class What_belongs_together
{
    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task owners_select_the_pods_that_they_make_and_no_others(string name)
    {
        var workloads = (await Overlay.RenderAsync(name)).Workloads;

        foreach (var owner in workloads.Where(workload => workload.Selector is not null))
        {
            Assert.Equal(
                [owner.Name],
                workloads.Where(other => Overlay.Selects(owner.Selector, other.Labels)).Select(other => other.Name)
            );
            // It can never be changed; a version would.
            Assert.DoesNotContain("app.kubernetes.io/version", owner.Selector!.MatchLabels);
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task services_lead_to_ports_that_their_pods_have(string name)
    {
        var overlay = await Overlay.RenderAsync(name);

        foreach (var service in overlay.All<V1Service>())
        {
            var workload = Assert.Single(
                overlay.Workloads,
                workload =>
                    Overlay.Selects(new V1LabelSelector { MatchLabels = service.Spec.Selector }, workload.Labels)
            );
            var ports = Assert.Single(workload.Pod.Containers).Ports;
            Assert.Equal(service.Metadata.Name, workload.Name);
            Assert.All(
                service.Spec.Ports,
                port =>
                    Assert.Equal(
                        port.Port,
                        ports.Single(declared => declared.Name == port.TargetPort.Value).ContainerPort
                    )
            );
        }

        Assert.All(
            overlay.All<V1StatefulSet>(),
            set => Assert.Contains(set.Spec.ServiceName, overlay.All<V1Service>().Select(one => one.Metadata.Name))
        );
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task pods_use_what_is_there(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var maps = overlay.All<V1ConfigMap>().ToDictionary(map => map.Metadata.Name, StringComparer.Ordinal);
        var secrets = (await Secrets.OfAsync(name)).ToDictionary(one => one.Metadata.Name, StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);

        foreach (var workload in overlay.Workloads)
        {
            var account = overlay.All<V1ServiceAccount>().Single(one => one.Metadata.Name == workload.Name);
            Assert.Equal(account.Metadata.Name, workload.Pod.ServiceAccountName);
            Assert.False(account.AutomountServiceAccountToken);
            foreach (var map in workload.Pod.Volumes.Where(volume => volume.ConfigMap is not null))
            {
                used.Add(map.ConfigMap.Name);
            }

            foreach (var container in workload.Containers)
            {
                foreach (var source in container.EnvFrom ?? [])
                {
                    Assert.Null(source.SecretRef);
                    used.Add(source.ConfigMapRef.Name);
                }

                foreach (var secret in SecretKeys(container).Where(key => key.Optional is not true))
                {
                    Assert.Contains(secret.Key, secrets[secret.Name].StringData);
                }

                AssertMounts(workload, container);
            }
        }

        Assert.Equal(maps.Keys.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));
    }

    /// <summary>What is in no Secret of an example is not asked for, and the other way round.</summary>
    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    [InlineData("production-agents")]
    public async Task secrets_have_nothing_that_nobody_uses(string name)
    {
        var asked = (await Overlay.RenderAsync(name))
            .Workloads.SelectMany(workload => workload.Containers)
            .SelectMany(SecretKeys)
            .Select(key => $"{key.Name}/{key.Key}")
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            await Secrets.OfAsync(name),
            secret => Assert.All(secret.StringData.Keys, key => Assert.Contains($"{secret.Metadata.Name}/{key}", asked))
        );
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task disruptions_of_one_pod_at_a_time_are_allowed(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var budgets = overlay.All<V1PodDisruptionBudget>();

        foreach (var deployment in overlay.All<V1Deployment>())
        {
            var budget = Assert.Single(
                budgets,
                budget => Overlay.Selects(budget.Spec.Selector, deployment.Spec.Template.Metadata.Labels)
            );
            // Also of the only one, or its node could never be emptied.
            Assert.Null(budget.Spec.MinAvailable);
            Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        }

        Assert.Equal(overlay.All<V1Deployment>().Count, budgets.Count);
    }

    [Fact]
    public async Task scalers_scale_the_gateway_and_tracking_by_what_they_request()
    {
        var overlay = await Overlay.RenderAsync("production");

        var scalers = overlay.All<V2HorizontalPodAutoscaler>();

        Assert.Equal(["gateway", "tracking"], scalers.Select(one => one.Metadata.Name).Order(StringComparer.Ordinal));
        foreach (var scaler in scalers)
        {
            var target = scaler.Spec.ScaleTargetRef;
            Assert.Equal(("apps/v1", "Deployment"), (target.ApiVersion, target.Kind));
            var container = Assert.Single(
                overlay
                    .All<V1Deployment>()
                    .Single(one => one.Metadata.Name == target.Name)
                    .Spec.Template.Spec.Containers
            );
            var metric = Assert.Single(scaler.Spec.Metrics).Resource;
            Assert.Contains(metric.Name, container.Resources.Requests);
            Assert.InRange(metric.Target.AverageUtilization ?? 0, 1, 100);
        }
    }

    [Fact]
    public async Task the_ingress_leads_to_the_gateway_by_TLS()
    {
        var overlay = await Overlay.RenderAsync("production");
        var ingress = Assert.Single(overlay.All<V1Ingress>());

        var backend = Assert.Single(Assert.Single(ingress.Spec.Rules).Http.Paths).Backend.Service;

        var service = overlay.All<V1Service>().Single(one => one.Metadata.Name == backend.Name);
        Assert.Equal("gateway", service.Metadata.Name);
        Assert.Contains(backend.Port.Name, service.Spec.Ports.Select(port => port.Name));
        Assert.Equal(ingress.Spec.Rules[0].Host, Assert.Single(Assert.Single(ingress.Spec.Tls).Hosts));
        var origin = overlay
            .All<V1ConfigMap>()
            .Single(map => map.Metadata.Name.StartsWith("gateway-", StringComparison.Ordinal))
            .Data["Gateway__Origins__0"];
        Assert.Equal($"https://{ingress.Spec.Rules[0].Host}", origin);
    }

    [Fact]
    public async Task monitors_find_every_pod_that_has_metrics()
    {
        var overlay = await Overlay.RenderAsync("production");

        foreach (var service in overlay.All<V1Service>())
        {
            var monitor = Assert.Single(
                overlay.All<ServiceMonitor>(),
                monitor => Overlay.Selects(monitor.Spec.Selector, service.Metadata.Labels)
            );
            var endpoint = Assert.Single(monitor.Spec.Endpoints);
            Assert.Contains(endpoint.Port, service.Spec.Ports.Select(port => port.Name));
            Assert.Equal("/metrics", endpoint.Path);
            Assert.Equal(service.Metadata.Name is "gateway", endpoint.Authorization is not null);
        }

        var agents = await Overlay.RenderAsync("production-agents");
        var pods = Assert.Single(agents.All<PodMonitor>());
        var agent = Assert.Single(agents.Workloads);
        Assert.True(Overlay.Selects(pods.Spec.Selector, agent.Labels));
        Assert.Contains(
            Assert.Single(pods.Spec.PodMetricsEndpoints).Port,
            agent.Pod.Containers[0].Ports.Select(port => port.Name)
        );
    }

    private static IEnumerable<V1SecretKeySelector> SecretKeys(V1Container container) =>
        (container.Env ?? []).Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>();

    private static void AssertMounts(Workload workload, V1Container container)
    {
        var claims = workload.Owner is V1StatefulSet set
            ? set.Spec.VolumeClaimTemplates.Select(claim => claim.Metadata.Name)
            : [];
        var volumes = workload.Pod.Volumes.Select(volume => volume.Name).Concat(claims).ToList();
        Assert.All(container.VolumeMounts, mount => Assert.Contains(mount.Name, volumes));
        Assert.Equal(
            container.VolumeMounts.Count,
            container.VolumeMounts.Select(mount => mount.MountPath).Distinct(StringComparer.Ordinal).Count()
        );
    }
}
