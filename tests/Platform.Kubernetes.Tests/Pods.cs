using k8s.Models;

namespace Platform.Kubernetes.Tests;

public sealed class Pods
{
    private static readonly string[] _restrictedVolumes =
    [
        "ConfigMap",
        "Csi",
        "DownwardAPI",
        "EmptyDir",
        "Ephemeral",
        "PersistentVolumeClaim",
        "Projected",
        "Secret",
    ];

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    /// <summary>The conditions of "restricted" Pod Security, and two more: a read-only file system and no token of the API.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task have_no_more_rights_than_they_need(string name)
    {
        var overlay = await Overlay.RenderAsync(name);

        foreach (var workload in overlay.Workloads)
        {
            var pod = workload.Pod;
            Assert.True(pod.HostNetwork is null or false, $"{workload}");
            Assert.True(pod.HostPID is null or false, $"{workload}");
            Assert.True(pod.HostIPC is null or false, $"{workload}");
            Assert.False(pod.AutomountServiceAccountToken ?? true, $"{workload}");
            Assert.False(pod.EnableServiceLinks ?? true, $"{workload}");
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.True(pod.SecurityContext.RunAsNonRoot, $"{workload}");
            Assert.True(pod.SecurityContext.RunAsUser > 0, $"{workload}");
            Assert.Null(pod.SecurityContext.Sysctls);
            foreach (var volume in pod.Volumes.Where(volume => !IsException(overlay, workload, volume.Name)))
            {
                Assert.Contains(KindOf(volume), _restrictedVolumes);
            }

            foreach (var container in workload.Containers)
            {
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation ?? true, container.Name);
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem, container.Name);
                Assert.True(container.SecurityContext.Privileged is null or false, container.Name);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.True(container.Ports is null || container.Ports.All(port => port.HostPort is null));
                if (!IsException(overlay, workload, container.Name))
                {
                    Assert.Null(container.SecurityContext.Capabilities.Add);
                    Assert.Null(container.SecurityContext.RunAsUser);
                    Assert.Null(container.SecurityContext.RunAsNonRoot);
                }
            }
        }
    }

    [Fact]
    public async Task of_agents_have_two_exceptions_in_a_namespace_without_services()
    {
        var overlay = await Overlay.RenderAsync("production-agents");
        var agent = Assert.Single(overlay.Workloads);

        var state = agent.Pod.Volumes.Single(volume => IsException(overlay, agent, volume.Name));
        Assert.Equal(("/var/lib/platform-agent", "DirectoryOrCreate"), (state.HostPath.Path, state.HostPath.Type));
        var owner = agent.Containers.Single(container => IsException(overlay, agent, container.Name));
        Assert.Equal(["chown", "1654:1654", "/var/lib/platform-agent"], owner.Command);
        Assert.Equal(["CHOWN"], owner.SecurityContext.Capabilities.Add);
        Assert.Equal(["state"], owner.VolumeMounts.Select(mount => mount.Name));
        Assert.Equal("privileged", Enforced(overlay));
        Assert.Equal("restricted", Enforced(await Overlay.RenderAsync("production")));
        Assert.Equal("restricted", Enforced(await Overlay.RenderAsync("dev")));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task say_what_they_need_and_what_they_may_take(string name)
    {
        foreach (var container in (await Overlay.RenderAsync(name)).Workloads.SelectMany(one => one.Containers))
        {
            foreach (var resource in new[] { "cpu", "memory", "ephemeral-storage" })
            {
                var request = container.Resources.Requests[resource].ToDecimal();
                var limit = container.Resources.Limits[resource].ToDecimal();
                Assert.InRange(request, 0.001m, limit);
            }
        }
    }

    /// <summary>Volumes in memory count as memory of the container, others as its storage.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task have_room_for_their_volumes(string name)
    {
        foreach (var workload in (await Overlay.RenderAsync(name)).Workloads)
        {
            foreach (var volume in workload.Pod.Volumes.Where(volume => volume.EmptyDir?.SizeLimit is not null))
            {
                var resource = volume.EmptyDir.Medium is "Memory" ? "memory" : "ephemeral-storage";
                var limit = workload.Containers.Max(container => container.Resources.Limits[resource].ToDecimal());
                Assert.True(volume.EmptyDir.SizeLimit.ToDecimal() <= limit, $"{workload}: {volume.Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task are_asked_whether_they_have_started_are_ready_and_live(string name)
    {
        foreach (var workload in (await Overlay.RenderAsync(name)).Workloads)
        {
            foreach (var container in workload.Pod.Containers)
            {
                var probes = new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe };
                if (!workload.IsService)
                {
                    Assert.All(probes, Assert.Null);
                    continue;
                }

                Assert.All(probes, probe => AssertAsks(container, probe));
                // A slow answer is no reason to be killed soon, nor one at the start.
                Assert.True(container.StartupProbe.FailureThreshold * container.StartupProbe.PeriodSeconds >= 300);
                Assert.True(container.LivenessProbe.FailureThreshold * container.LivenessProbe.PeriodSeconds >= 60);
                if (container.Image.Contains("platform/", StringComparison.Ordinal))
                {
                    Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
                    Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
                    Assert.Equal(
                        workload.Owner is V1DaemonSet ? "/health/ready" : "/health/self",
                        container.ReadinessProbe.HttpGet.Path
                    );
                }
            }
        }
    }

    [Fact]
    public async Task of_services_end_after_the_requests_that_have_begun()
    {
        foreach (var deployment in (await Overlay.RenderAsync("production")).All<V1Deployment>())
        {
            var pod = deployment.Spec.Template.Spec;
            var pause = Assert.Single(pod.Containers).Lifecycle.PreStop.Sleep.Seconds;
            // The host's own limit is 30 s.
            Assert.True(pod.TerminationGracePeriodSeconds >= pause + 30 + 5);
            Assert.Equal("0", deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.Value);
        }
    }

    [Fact]
    public async Task of_one_service_lie_on_several_nodes_and_zones()
    {
        foreach (var workload in (await Overlay.RenderAsync("production")).Workloads.Where(one => one.IsService))
        {
            Assert.Equal(
                ["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
                workload.Pod.TopologySpreadConstraints.Select(one => one.TopologyKey)
            );
            foreach (var spread in workload.Pod.TopologySpreadConstraints)
            {
                Assert.True(Overlay.Selects(spread.LabelSelector, workload.Labels));
                Assert.Equal(["app.kubernetes.io/name", "pod-template-hash"], spread.MatchLabelKeys);
                Assert.Contains("app.kubernetes.io/name", workload.Labels);
            }
        }
    }

    private static void AssertAsks(V1Container container, V1Probe probe)
    {
        Assert.True(probe.TimeoutSeconds > 1);
        if (probe.Exec is { } exec)
        {
            Assert.NotEmpty(exec.Command);
            return;
        }

        var port = (probe.HttpGet?.Port ?? probe.TcpSocket.Port).Value;
        Assert.Contains(port, container.Ports.Select(declared => declared.Name));
    }

    /// <summary>The folder of the node that survives the pod, and what gives it to the agent's user.</summary>
    private static bool IsException(Overlay overlay, Workload workload, string part) =>
        (overlay.Name, workload.Name) is ("production-agents", "agent") && part is "state" or "owner";

    private static string Enforced(Overlay overlay) =>
        Assert.Single(overlay.All<V1Namespace>()).Metadata.Labels["pod-security.kubernetes.io/enforce"];

    private static string KindOf(V1Volume volume) =>
        Assert
            .Single(
                typeof(V1Volume).GetProperties(),
                property => property.Name is not nameof(V1Volume.Name) && property.GetValue(volume) is not null
            )
            .Name;
}
