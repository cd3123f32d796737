using k8s;
using k8s.Models;

namespace Platform.Stack.Tests;

/// <summary>
/// The pods that an overlay renders, as podman 4.3 can run them. Every change to what was rendered is a method here, with its reason.
/// Security contexts, limits, commands, settings and mount paths stay as they are.
/// </summary>
internal sealed class PodmanPods(Overlay overlay, IReadOnlyList<V1Secret> secrets, Podman podman)
{
    /// <summary>The pods and the ConfigMaps that they name.</summary>
    public string Manifests() =>
        KubernetesYaml.SerializeAll([
            .. overlay.All<V1ConfigMap>(),
            // Others wait for the database and the broker, so that these come first to save time only.
            .. overlay.Workloads.OrderByDescending(one => one.Owner is V1StatefulSet).Select(Change),
        ]);

    private V1Pod Change(Workload workload)
    {
        var pod = AsPod(workload);
        MakeFolders(workload, pod.Spec);
        foreach (var container in pod.Spec.Containers)
        {
            FillIn(container);
            MountWhole(container);
            LeaveOutPorts(container);
            LeaveOutLivenessProbe(container);
        }

        return pod;
    }

    /// <summary>
    /// A Deployment, StatefulSet, DaemonSet or Job becomes one pod of the same name: podman knows only the first of them, and no Services; the
    /// name of a pod is what its name server answers.
    /// </summary>
    private static V1Pod AsPod(Workload workload) =>
        new()
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = workload.Name, Labels = workload.Labels },
            Spec = KubernetesYaml.Deserialize<V1PodSpec>(KubernetesYaml.Serialize(workload.Pod)),
        };

    /// <summary>
    /// An emptyDir, and what a StatefulSet claims, becomes a folder of this machine with the owner and mode that a kubelet gives it: podman
    /// knows no fsGroup, and gives a volume the owner that the image has at that path. Its size is not limited.
    /// </summary>
    private void MakeFolders(Workload workload, V1PodSpec pod)
    {
        pod.Volumes =
        [
            .. pod.Volumes,
            .. ((workload.Owner as V1StatefulSet)?.Spec.VolumeClaimTemplates ?? []).Select(claim => new V1Volume
            {
                Name = claim.Metadata.Name,
                EmptyDir = new V1EmptyDirVolumeSource(),
            }),
        ];
        foreach (var volume in pod.Volumes.Where(volume => volume.EmptyDir is not null))
        {
            var folder = podman.In("volumes", workload.Name, volume.Name);
            Directory.CreateDirectory(folder);
            const UnixFileMode All = (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(folder, All);
            if (pod.SecurityContext.FsGroup is { } group)
            {
                Chown(folder, group);
                File.SetUnixFileMode(folder, All | UnixFileMode.SetGroup);
            }

            volume.EmptyDir = null;
            volume.HostPath = new V1HostPathVolumeSource { Path = folder, Type = "Directory" };
        }
    }

    /// <summary>
    /// A reference to a Secret becomes its value, and the name of the node a constant: podman 4.3 resolves neither.
    /// </summary>
    private void FillIn(V1Container container)
    {
        var variables = new List<V1EnvVar>();
        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom?.SecretKeyRef is { } reference)
            {
                var secret = secrets.Single(one => one.Metadata.Name == reference.Name).StringData;
                Assert.True(secret.ContainsKey(reference.Key) || reference.Optional is true, reference.Key);
                if (secret.TryGetValue(reference.Key, out var value))
                {
                    variables.Add(new V1EnvVar { Name = variable.Name, Value = value });
                }
            }
            else if (variable.ValueFrom?.FieldRef is { FieldPath: "spec.nodeName" })
            {
                variables.Add(new V1EnvVar { Name = variable.Name, Value = "node-1" });
            }
            else
            {
                variables.Add(variable);
            }
        }

        container.Env = variables;
    }

    /// <summary>A single file of a ConfigMap is mounted with its folder: podman 4.3 knows no subPath.</summary>
    private static void MountWhole(V1Container container)
    {
        foreach (var mount in container.VolumeMounts.Where(mount => mount.SubPath is not null))
        {
            Assert.Equal(Path.GetFileName(mount.MountPath), mount.SubPath);
            mount.MountPath = Path.GetDirectoryName(mount.MountPath);
            mount.SubPath = null;
        }
    }

    /// <summary>Ports are left out: podman 4.3 publishes each on this machine, and all services have the same. Pods reach them anyway.</summary>
    private static void LeaveOutPorts(V1Container container) => container.Ports = null;

    /// <summary>
    /// The liveness probe is left out: podman would ask with curl in the container, which images have not, by timers of systemd. It ignores the
    /// other two. The test asks all three.
    /// </summary>
    private static void LeaveOutLivenessProbe(V1Container container) => container.LivenessProbe = null;

    private static void Chown(string folder, long group)
    {
        using var chown = System.Diagnostics.Process.Start("chown", [$"0:{group}", folder]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
