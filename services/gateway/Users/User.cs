using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

internal enum UserStatus
{
    None,
    Enabled,
    Disabled,
}

/// <summary>Somebody, or somebody's program, who may use the platform.</summary>
internal sealed record User(UserStatus Status, string Role)
{
    public static readonly User Initial = new(UserStatus.None, "");

    public static readonly Decider<User, UserEvent> Decider = new("user", Initial, Evolve);

    /// <summary>An administrator who may sign in.</summary>
    public bool IsAdministrator =>
        Status is UserStatus.Enabled && string.Equals(Role, RoleNames.Administrator, StringComparison.Ordinal);

    public static Decision<UserEvent> Decide(User user, UserCommand command, DateTimeOffset now) =>
        (user.Status, command) switch
        {
            (UserStatus.None, AddUser c) => Decision.Accept<UserEvent>(new UserAdded(c.Name, c.Role, now)),
            (_, AddUser c) => Refusals.Refuse<UserEvent>(GatewaySentences.UserExists.With(c.Name)),
            (UserStatus.None, _) => Refusals.Refuse<UserEvent>(GatewaySentences.NoSuchUser),
            (_, ChangeUserRole c) when string.Equals(c.Role, user.Role, StringComparison.Ordinal) =>
                Decision.Nothing<UserEvent>(),
            (_, ChangeUserRole c) => Decision.Accept<UserEvent>(new UserRoleChanged(c.Role, now)),
            (UserStatus.Enabled, DisableUser) => Decision.Accept<UserEvent>(new UserDisabled(now)),
            (UserStatus.Disabled, EnableUser) => Decision.Accept<UserEvent>(new UserEnabled(now)),
            (_, DisableUser or EnableUser) => Decision.Nothing<UserEvent>(),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static User Evolve(User user, UserEvent @event) =>
        @event switch
        {
            UserAdded e => new User(UserStatus.Enabled, e.Role),
            UserRoleChanged e => user with { Role = e.Role },
            UserDisabled => user with { Status = UserStatus.Disabled },
            UserEnabled => user with { Status = UserStatus.Enabled },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };
}
