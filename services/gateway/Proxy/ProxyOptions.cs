using Microsoft.Extensions.Options;
using Platform.Contracts.Services;

namespace Platform.Gateway.Proxy;

/// <summary>
/// Which services the gateway fronts, and where each is: <c>Gateway:Jobs</c> and so on, such as <c>http://127.0.0.1:5101</c>.
/// </summary>
internal sealed class ProxyOptions
{
    private readonly Dictionary<string, string?> _addresses = new(StringComparer.Ordinal);

    public IReadOnlyList<ServiceDescription> Services { get; private set; } = [];

    public void Read(IReadOnlyList<ServiceDescription> services, IConfiguration configuration)
    {
        Services = services;
        foreach (var service in services)
        {
            _addresses[service.Name] = configuration[service.AddressSetting];
        }
    }

    public Uri AddressOf(string service) => new(_addresses[service]!);

    /// <summary>What is wrong with the addresses.</summary>
    public sealed class Validation : IValidateOptions<ProxyOptions>
    {
        public ValidateOptionsResult Validate(string? name, ProxyOptions options)
        {
            var wrong = options
                .Services.Where(service => !IsAddress(options._addresses[service.Name]))
                .Select(service =>
                    $"{service.AddressSetting} is the address of the service '{service.Name}', such as http://127.0.0.1:5101."
                )
                .ToList();
            return wrong.Count > 0 ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
        }

        private static bool IsAddress(string? text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
    }
}
