namespace Platform.Gateway.Users;

/// <summary>An event of a user; who caused it is in its metadata.</summary>
internal abstract record UserEvent;

/// <param name="Name">As it was written; the stream's id has it in lower case.</param>
/// <param name="Role">One of <see cref="RoleNames"/>.</param>
internal sealed record UserAdded(string Name, string Role, DateTimeOffset At) : UserEvent;

internal sealed record UserRoleChanged(string Role, DateTimeOffset At) : UserEvent;

internal sealed record UserDisabled(DateTimeOffset At) : UserEvent;

internal sealed record UserEnabled(DateTimeOffset At) : UserEvent;
