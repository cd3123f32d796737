namespace Platform.Cli.Users;

/// <summary>The roles of users and tokens.</summary>
internal static class Roles
{
    public static string[] All { get; } = ["viewer", "editor", "administrator"];
}
