using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Platform.ServiceDefaults;

/// <summary>Authentication and authorization as every service has them.</summary>
public static class ServiceSecurity
{
    /// <summary>The scheme of <see cref="InternalTokens"/>, which every service verifies itself.</summary>
    public const string InternalScheme = "internal";

    /// <summary>
    /// Makes the service ask each request for a token that the gateway or another service signed, and knows <see cref="Policies"/>.
    /// Every module calls it; what is there already stays.
    /// </summary>
    public static void AddServiceSecurity(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(SigningKeys)))
        {
            return;
        }

        services.AddSettings<TokenOptions>("Platform");
        services.AddSingleton<IValidateOptions<TokenOptions>, TokenKeyRules>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<ScopedTokens>();
        services.AddSingleton<StoredSecrets>();
        services.AddSingleton<InternalTokens>();
        services.AddAuthentication(InternalScheme).AddInternalTokens(InternalScheme, _ => true);
        services.AddAuthorizationBuilder();
        services.Configure<AuthorizationOptions>(Policies.AddTo);
        services.AddSingleton<IAuthorizationHandler, CallerRequirementHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationProblems>();
    }

    /// <summary>Adds a scheme that takes <see cref="InternalTokens"/>.</summary>
    /// <param name="accepts">Whose; all others are refused as not valid.</param>
    public static AuthenticationBuilder AddInternalTokens(
        this AuthenticationBuilder authentication,
        string scheme,
        Func<Caller, bool> accepts
    )
    {
        ArgumentNullException.ThrowIfNull(authentication);
        authentication
            .Services.AddOptions<JwtBearerOptions>(scheme)
            .Configure<SigningKeys>(
                (jwt, keys) =>
                    jwt.TokenValidationParameters = new TokenValidationParameters
                    {
                        ValidIssuer = InternalTokens.Issuer,
                        ValidAudience = InternalTokens.Audience,
                        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                        IssuerSigningKeys = keys.InternalKeys,
                        // The clocks of machines that share a platform.
                        ClockSkew = TimeSpan.FromSeconds(30),
                    }
            );
        return authentication.AddJwtBearer(
            scheme,
            jwt =>
            {
                jwt.MapInboundClaims = false;
                jwt.Events = new JwtBearerEvents
                {
                    OnTokenValidated = context =>
                    {
                        if (Caller.Read(context.Principal!) is { } caller && accepts(caller))
                        {
                            context.Principal = caller.ToPrincipal(scheme);
                        }
                        else
                        {
                            context.Fail("The token names nobody whom this scheme knows.");
                        }

                        return Task.CompletedTask;
                    },
                };
            }
        );
    }

    /// <summary>Puts authentication and authorization in front of the endpoints, where a module has added them.</summary>
    internal static void UseServiceSecurity(this WebApplication app)
    {
        if (app.Services.GetService<IAuthenticationSchemeProvider>() is not null)
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }
    }
}
