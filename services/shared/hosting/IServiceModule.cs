using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Platform.Hosting;

/// <summary>
/// One service, wherever it runs: alone in its process, or with all others in standalone. Its assembly has exactly one, public and
/// with a constructor without parameters.
/// </summary>
public interface IServiceModule
{
    /// <summary>Registers what the service needs: its settings, its event store with its read models, its handlers.</summary>
    void Add(WebApplicationBuilder builder);

    /// <summary>Maps its endpoints, each with its policy.</summary>
    void Map(IEndpointRouteBuilder app);

    /// <summary>Adds its consumers and sagas to the bus.</summary>
    void ConfigureBus(IBusRegistrationConfigurator bus);
}
