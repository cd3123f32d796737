namespace Platform.Gateway.Users;

/// <summary>Roles as events and the API name them.</summary>
internal static class RoleNames
{
    public const string Viewer = "viewer";
    public const string Editor = "editor";
    public const string Administrator = "administrator";
}
