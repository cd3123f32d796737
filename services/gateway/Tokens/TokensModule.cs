using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal static class TokensModule
{
    public static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton(provider => new GatewayTokens(
            provider.GetRequiredService<GatewayStore>(),
            provider.GetRequiredService<AccessVersion>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<TokenLookup>();
        services.AddSingleton<TokenIssuer>();
    }

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/tokens").WithTags("tokens").RequireAuthorization(Policies.ActForOneself);
        tokens.MapCreateToken();
        tokens.MapListTokens();
        tokens.MapRevokeToken();
    }
}
