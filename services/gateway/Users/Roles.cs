using System.Diagnostics;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>From roles to their names and back, with the scopes by which release 0.1.0 called them.</summary>
internal static class Roles
{
    public static string NameOf(UserRole role) =>
        role switch
        {
            UserRole.Viewer => RoleNames.Viewer,
            UserRole.Editor => RoleNames.Editor,
            UserRole.Administrator => RoleNames.Administrator,
            _ => throw new UnreachableException($"No user has the role {role}."),
        };

    /// <returns><see cref="UserRole.None"/> for the name of no role.</returns>
    public static UserRole Parse(string? name) =>
        name switch
        {
            RoleNames.Viewer => UserRole.Viewer,
            RoleNames.Editor => UserRole.Editor,
            RoleNames.Administrator => UserRole.Administrator,
            _ => UserRole.None,
        };

    /// <summary>The role of a scope: <c>admin</c>, <c>editor</c>, <c>read</c>.</summary>
    public static UserRole ParseScope(string? scope) =>
        scope switch
        {
            "read" => UserRole.Viewer,
            "editor" => UserRole.Editor,
            "admin" => UserRole.Administrator,
            _ => UserRole.None,
        };

    /// <summary>The role that allows less.</summary>
    public static UserRole Lesser(UserRole one, UserRole other) => one < other ? one : other;

    /// <summary>What release 0.1.0 called a role.</summary>
    public static string ScopeOf(string role) =>
        role switch
        {
            RoleNames.Viewer => "read",
            RoleNames.Administrator => "admin",
            _ => role,
        };
}
