using k8s;
using k8s.Models;

namespace Platform.Kubernetes.Tests;

/// <summary>What one folder renders, as typed objects: a field that no API knows, or a value of the wrong type, is refused.</summary>
internal sealed class Overlay
{
    private Overlay(string name, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects) =>
        (Name, Objects) = (name, objects);

    /// <summary>All that can be applied.</summary>
    public static IReadOnlyList<string> Names { get; } =
    ["dev", "production", "production-agents", "production-rabbitmq"];

    /// <summary>Rendered once for all tests.</summary>
    private static readonly Dictionary<string, Task<Overlay>> _rendered = Names.ToDictionary(
        name => name,
        LoadAsync,
        StringComparer.Ordinal
    );

    public string Name { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    /// <summary>Everything that makes pods.</summary>
    public IReadOnlyList<Workload> Workloads =>
        [
            .. All<V1Deployment>().Select(one => new Workload(one, one.Spec.Template, one.Spec.Selector)),
            .. All<V1StatefulSet>().Select(one => new Workload(one, one.Spec.Template, one.Spec.Selector)),
            .. All<V1DaemonSet>().Select(one => new Workload(one, one.Spec.Template, one.Spec.Selector)),
            .. All<V1Job>().Select(one => new Workload(one, one.Spec.Template, Selector: null)),
        ];

    public IReadOnlyList<T> All<T>() => [.. Objects.OfType<T>()];

    public static async Task<Overlay> RenderAsync(string name) => await _rendered[name];

    public static async Task<IReadOnlyList<Overlay>> RenderAllAsync() => await Task.WhenAll(Names.Select(RenderAsync));

    /// <summary>Reads manifests strictly.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Parse(string yaml) =>
        [
            .. KubernetesYaml
                .LoadAllFromString(yaml, CustomResources.Types, strict: true)
                .Cast<IKubernetesObject<V1ObjectMeta>>(),
        ];

    /// <summary>Reads an example that is no part of an overlay.</summary>
    public static V1Secret ExampleSecret(string overlay) =>
        (V1Secret)
            Assert.Single(
                Parse(
                    File.ReadAllText(
                        Repository.PathOf("infra", "kubernetes", "overlays", overlay, "secret.example.yaml")
                    )
                )
            );

    private static async Task<Overlay> LoadAsync(string name)
    {
        var folder = Repository.PathOf("infra", "kubernetes", "overlays", name);
        return new Overlay(name, Parse(await Kubectl.KustomizeAsync(folder)));
    }

    /// <summary>Whether labels are among those that a selector means; one that is null means nothing.</summary>
    public static bool Selects(V1LabelSelector? selector, IDictionary<string, string>? labels) =>
        selector is not null
        && (selector.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal)).All(wanted =>
            labels is not null && labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value
        )
        && (selector.MatchExpressions ?? []).All(wanted =>
            wanted.OperatorProperty is "In"
                ? labels is not null
                    && labels.TryGetValue(wanted.Key, out var value)
                    && wanted.Values.Contains(value, StringComparer.Ordinal)
                : throw new NotSupportedException($"The operator {wanted.OperatorProperty} is not used.")
        );
}

/// <summary>Something that makes pods.</summary>
internal sealed record Workload(
    IKubernetesObject<V1ObjectMeta> Owner,
    V1PodTemplateSpec Template,
    V1LabelSelector? Selector
)
{
    public string Name => Owner.Metadata.Name;

    public V1PodSpec Pod => Template.Spec;

    public IDictionary<string, string> Labels => Template.Metadata.Labels;

    /// <summary>Those that start before the others too.</summary>
    public IReadOnlyList<V1Container> Containers => [.. Pod.InitContainers ?? [], .. Pod.Containers];

    /// <summary>Whether it serves until it is stopped.</summary>
    public bool IsService => Owner is not V1Job;

    public override string ToString() => $"{Owner.Kind} {Name}";
}
