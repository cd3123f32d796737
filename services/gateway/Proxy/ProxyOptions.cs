using System.ComponentModel.DataAnnotations;

namespace Platform.Gateway.Proxy;

/// <summary>Where the services are (configuration section <c>Gateway</c>), such as <c>http://127.0.0.1:5101</c>.</summary>
public sealed class ProxyOptions
{
    [Required, Url]
    public string Jobs { get; set; } = "";

    [Required, Url]
    public string Nodes { get; set; } = "";

    [Required, Url]
    public string Artifacts { get; set; } = "";

    [Required, Url]
    public string Tracking { get; set; } = "";

    internal static IReadOnlyList<string> Names { get; } = ["jobs", "nodes", "artifacts", "tracking"];

    internal Uri AddressOf(string service) =>
        new(
            service switch
            {
                "jobs" => Jobs,
                "nodes" => Nodes,
                "artifacts" => Artifacts,
                "tracking" => Tracking,
                _ => throw new ArgumentOutOfRangeException(nameof(service), service, "There is no such service."),
            }
        );
}
