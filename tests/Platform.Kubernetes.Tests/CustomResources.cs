using k8s;
using k8s.Models;

namespace Platform.Kubernetes.Tests;

/// <summary>As much of the resources of Prometheus Operator and RabbitMQ's Cluster Operator as the manifests use; any other field is refused.</summary>
internal static class CustomResources
{
    public static Dictionary<string, Type> Types { get; } =
        new(StringComparer.Ordinal)
        {
            ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
            ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor),
            ["rabbitmq.com/v1beta1/RabbitmqCluster"] = typeof(RabbitmqCluster),
        };
}

internal abstract class CustomResource : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public V1ObjectMeta Metadata { get; set; } = new();
}

internal sealed class ServiceMonitor : CustomResource
{
    public ServiceMonitorSpec Spec { get; set; } = new();
}

internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();
    public List<MonitoredEndpoint> Endpoints { get; set; } = [];
}

internal sealed class PodMonitor : CustomResource
{
    public PodMonitorSpec Spec { get; set; } = new();
}

internal sealed class PodMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();
    public List<MonitoredEndpoint> PodMetricsEndpoints { get; set; } = [];
}

internal sealed class MonitoredEndpoint
{
    public string Port { get; set; } = "";
    public string Path { get; set; } = "";
    public string Interval { get; set; } = "";
    public string ScrapeTimeout { get; set; } = "";
    public MonitorAuthorization? Authorization { get; set; }
}

internal sealed class MonitorAuthorization
{
    public string Type { get; set; } = "";
    public V1SecretKeySelector? Credentials { get; set; }
}

internal sealed class RabbitmqCluster : CustomResource
{
    public RabbitmqClusterSpec Spec { get; set; } = new();
}

internal sealed class RabbitmqClusterSpec
{
    public int Replicas { get; set; }
    public string Image { get; set; } = "";
    public RabbitmqPersistence Persistence { get; set; } = new();
    public V1ResourceRequirements? Resources { get; set; }
    public RabbitmqConfiguration Rabbitmq { get; set; } = new();
    public V1Affinity? Affinity { get; set; }
}

internal sealed class RabbitmqPersistence
{
    public ResourceQuantity? Storage { get; set; }
}

internal sealed class RabbitmqConfiguration
{
    public string AdditionalConfig { get; set; } = "";
}
