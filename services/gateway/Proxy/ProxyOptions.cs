using Microsoft.Extensions.Options;
using Platform.Contracts.Services;

namespace Platform.Gateway.Proxy;

/// <summary>
/// Which services the gateway fronts, and where each is: <c>Gateway:Jobs</c> and so on, such as <c>http://127.0.0.1:5101</c>, or the
/// addresses of several replicas with commas between them.
/// </summary>
internal sealed class ProxyOptions
{
    private readonly Dictionary<string, IReadOnlyList<Uri>> _addresses = new(StringComparer.Ordinal);

    public IReadOnlyList<ServiceDescription> Services { get; private set; } = [];

    public void Read(IReadOnlyList<ServiceDescription> services, IConfiguration configuration)
    {
        Services = services;
        foreach (var service in services)
        {
            _addresses[service.Name] = Parse(configuration[service.AddressSetting]);
        }
    }

    /// <summary>The addresses of a service's replicas: one or more.</summary>
    public IReadOnlyList<Uri> AddressesOf(string service) => _addresses[service];

    /// <summary>Reads addresses with commas between them; none when one of them is none. One that is named twice is one replica.</summary>
    internal static IReadOnlyList<Uri> Parse(string? text)
    {
        var addresses = new List<Uri>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (
                !Uri.TryCreate(part, UriKind.Absolute, out var address)
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            )
            {
                return [];
            }

            addresses.Add(address);
        }

        return [.. addresses.Distinct()];
    }

    /// <summary>What is wrong with the addresses.</summary>
    public sealed class Validation : IValidateOptions<ProxyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProxyOptions options)
        {
            var wrong = options
                .Services.Where(service => options._addresses[service.Name].Count == 0)
                .Select(service =>
                    $"{service.AddressSetting} is the address of the service '{service.Name}', such as http://127.0.0.1:5101, or of its replicas, with commas between them."
                )
                .ToList();
            return wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
        }
    }
}
