using System.Text.Json.Serialization;
using Platform.EventStore;
using Platform.Gateway.Projects;
using Platform.Gateway.Tokens;
using Platform.Gateway.Users;

namespace Platform.Gateway;

/// <summary>Aliases and JSON shapes of everything the gateway stores.</summary>
internal static class GatewayEvents
{
    public static void AddGatewayEvents(this EventTypes events)
    {
        var json = GatewayJson.Default;
        events
            .Upcast("token_created", json.TokenCreatedV1, TokenCreated.From)
            .Add("token_created_v2", json.TokenCreated)
            .Add("token_revoked", json.TokenRevoked)
            .Add("user_added", json.UserAdded)
            .Add("user_role_changed", json.UserRoleChanged)
            .Add("user_disabled", json.UserDisabled)
            .Add("user_enabled", json.UserEnabled)
            .Add("project_created", json.ProjectCreated)
            .Add("project_changed", json.ProjectChanged);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TokenCreatedV1))]
[JsonSerializable(typeof(TokenCreated))]
[JsonSerializable(typeof(TokenRevoked))]
[JsonSerializable(typeof(UserAdded))]
[JsonSerializable(typeof(UserRoleChanged))]
[JsonSerializable(typeof(UserDisabled))]
[JsonSerializable(typeof(UserEnabled))]
[JsonSerializable(typeof(ProjectCreated))]
[JsonSerializable(typeof(ProjectChanged))]
internal sealed partial class GatewayJson : JsonSerializerContext;
