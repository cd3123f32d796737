namespace Platform.Gateway.Users;

internal abstract record UserCommand;

internal sealed record AddUser(string Name, string Role) : UserCommand;

internal sealed record ChangeUserRole(string Role) : UserCommand;

/// <summary>The user's tokens sign nobody in until the user is enabled again.</summary>
internal sealed record DisableUser : UserCommand;

internal sealed record EnableUser : UserCommand;
