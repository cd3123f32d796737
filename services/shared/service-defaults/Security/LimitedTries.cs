using Microsoft.AspNetCore.Builder;

namespace Platform.ServiceDefaults;

/// <summary>Marks an endpoint that secrets could be guessed at: the gateway limits how often an address may try.</summary>
public sealed class LimitedTries;

/// <summary>Marks endpoints.</summary>
public static class LimitedTriesConventions
{
    /// <summary>Lets an address try this endpoint only so often.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static TBuilder LimitTries<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LimitedTries());
}
