using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Platform.Stack.Tests;

/// <summary>
/// The pods of the overlay <c>dev</c>, started by podman from what kustomize renders, with the images of the engine. <see cref="PodmanPods" />
/// says what is changed for it.
/// </summary>
[Collection("engine")]
[Trait("suite", "stack")]
public sealed partial class The_rendered_pods(ContainerEngine engine)
{
    [Fact]
    public async Task run_with_no_more_rights_than_they_say_and_train_and_stop_when_they_are_told()
    {
        var overlay = await Overlay.RenderAsync("dev");
        await using var podman = await Podman.StartAsync();
        var images = overlay.Workloads.SelectMany(one => one.Containers).Select(one => one.Image).Distinct();
        await ContainerEngine.TimeAsync("pods: images", () => podman.LoadAsync(engine, [.. images]));
        var pods = new PodmanPods(overlay, await Secrets.OfAsync("dev"), podman);
        await ContainerEngine.TimeAsync("pods: start", () => podman.PlayAsync(pods.Manifests()));

        await ContainerEngine.TimeAsync("pods: ready", () => AnswerProbesAsync(overlay, podman));
        await ContainerEngine.TimeAsync("pods: job", () => TrainAsync(podman));
        await AssertRightsAsync(overlay, podman);
        await ContainerEngine.TimeAsync("pods: stop", () => StopAsync(overlay, podman));
    }

    /// <summary>All that a kubelet would ask answers, and the Job ends well.</summary>
    private static async Task AnswerProbesAsync(Overlay overlay, Podman podman)
    {
        var containers = await podman.ContainersAsync();
        foreach (var (container, rendered) in Pair(overlay, containers))
        {
            foreach (
                var probe in new[]
                {
                    rendered.StartupProbe,
                    rendered.ReadinessProbe,
                    rendered.LivenessProbe,
                }.OfType<V1Probe>()
            )
            {
                await WaitFor.ConditionAsync(
                    $"a probe of {container.Name} to be answered",
                    () => AnswersAsync(podman, container, rendered, probe),
                    TimeSpan.FromMinutes(3)
                );
            }
        }

        var migrations = overlay.All<V1Job>().SelectMany(job => NamesIn(job.Metadata.Name, job.Spec.Template.Spec));
        await WaitFor.ValueAsync(
            "the migrations to end",
            podman.ContainersAsync,
            now => migrations.All(name => now[name].Status is "exited"),
            TimeSpan.FromMinutes(2)
        );
        containers = await podman.ContainersAsync();
        Assert.All(migrations, name => Assert.Equal(0, containers[name].ExitCode));
    }

    private static async Task<bool> AnswersAsync(
        Podman podman,
        PodContainer container,
        V1Container rendered,
        V1Probe probe
    )
    {
        if (probe.Exec is { } exec)
        {
            return await podman.SucceedsAsync(["exec", container.Name, .. exec.Command]);
        }

        var port = rendered
            .Ports.Single(port => port.Name == (probe.HttpGet?.Port ?? probe.TcpSocket.Port).Value)
            .ContainerPort;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(probe.TimeoutSeconds!.Value));
        try
        {
            // Swift, in MinIO's place, has not MinIO's addresses for health: its port is all that can be asked.
            if (probe.HttpGet is { } get && rendered.Name is not "minio")
            {
                using var http = new HttpClient();
                using var answer = await http.GetAsync(
                    new Uri($"http://{container.Address}:{port}{get.Path}"),
                    late.Token
                );
                return answer.IsSuccessStatusCode;
            }

            using var client = new TcpClient();
            await client.ConnectAsync(container.Address, port, late.Token);
            return true;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The agent that joined runs a job, whose output goes to the store.</summary>
    private static async Task TrainAsync(Podman podman)
    {
        // As docs/kubernetes.md says, with podman in kubectl's place.
        var output = await podman.RunAsync(
            "exec",
            "gateway-service",
            "dotnet",
            "/app/Platform.Gateway.dll",
            "tokens",
            "create",
            "--name",
            "admin",
            "--role",
            "administrator"
        );
        var token = Token().Match(output).Value;
        Assert.True(token.Length > 0, output);
        using var api = new PlatformApi($"http://{(await podman.ContainersAsync())["gateway-service"].Address}:8080");
        api.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var id = await api.SubmitAsync(
            new
            {
                name = "pod",
                command = new[] { "sh", "-c", "echo on $(hostname); id -u > outputs/model.txt" },
                outputs = new[]
                {
                    new
                    {
                        artifact = "pod-model",
                        path = "outputs/model.txt",
                        type = "model",
                    },
                },
            }
        );
        await api.WaitForStatusAsync(id, "succeeded");
        Assert.Equal("on agent\n", await api.LogAsync(id));
        var model = await api.DownloadAsync("pod-model", "latest", "model.txt");
        Assert.Equal("1654\n", Encoding.UTF8.GetString(model));
    }

    /// <summary>What the kernel lets the first process of each container do is what the manifest says.</summary>
    private static async Task AssertRightsAsync(Overlay overlay, Podman podman)
    {
        foreach (var workload in overlay.Workloads.Where(one => one.IsService))
        {
            var containers = await podman.ContainersAsync();
            foreach (var container in NamesIn(workload.Name, workload.Pod).Select(name => containers[name]))
            {
                var status = (await File.ReadAllLinesAsync($"/proc/{container.ProcessId}/status"))
                    .Select(line => line.Split(':', 2))
                    .ToDictionary(
                        parts => parts[0],
                        parts => parts[1].Split('\t', StringSplitOptions.RemoveEmptyEntries)[0]
                    );
                var expected = workload.Pod.SecurityContext;
                Assert.Equal(Text(expected.RunAsUser), status["Uid"]);
                Assert.Equal(Text(expected.RunAsGroup), status["Gid"]);
                Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
                foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
                {
                    Assert.Equal(0UL, Convert.ToUInt64(status[set], 16));
                }

                var mounts = (await File.ReadAllLinesAsync($"/proc/{container.ProcessId}/mounts")).Select(line =>
                    line.Split(' ')
                );
                var root = mounts.Last(mount => mount[1] is "/");
                Assert.Contains("ro", root[3].Split(','));
            }
        }
    }

    /// <summary>Each of the platform's containers ends at SIGTERM, before it would be killed: the agent first, for its trainings.</summary>
    private static async Task StopAsync(Overlay overlay, Podman podman)
    {
        var ours = overlay.Workloads.Where(one => one.Owner is V1Deployment or V1DaemonSet).ToList();
        foreach (var workload in ours.OrderByDescending(one => one.Owner is V1DaemonSet))
        {
            await podman.RunAsync(
                "stop",
                "--time",
                Text(workload.Pod.TerminationGracePeriodSeconds),
                Assert.Single(NamesIn(workload.Name, workload.Pod))
            );
        }

        var containers = await podman.ContainersAsync();
        Assert.All(
            ours.SelectMany(one => NamesIn(one.Name, one.Pod)),
            name => Assert.Equal(("exited", 0), (containers[name].Status, containers[name].ExitCode))
        );
    }

    private static IEnumerable<(PodContainer Container, V1Container Rendered)> Pair(
        Overlay overlay,
        IReadOnlyDictionary<string, PodContainer> containers
    ) =>
        overlay.Workloads.SelectMany(workload =>
            workload.Pod.Containers.Select(one => (containers[$"{workload.Name}-{one.Name}"], one))
        );

    private static IEnumerable<string> NamesIn(string pod, V1PodSpec spec) =>
        spec.Containers.Select(container => $"{pod}-{container.Name}");

    private static string Text(long? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("pt_[A-Za-z0-9_-]+")]
    private static partial Regex Token();
}
