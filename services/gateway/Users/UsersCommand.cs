using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>Users on the database itself, for who may work there: also where no administrator can sign in any more.</summary>
internal sealed class UsersCommand(UserDirectory users, UserChanges changes, CommandOutput output)
{
    private const string Usage = """
        Usage: users add NAME --role viewer|editor|administrator | users role NAME ROLE
               users disable NAME | users enable NAME | users list, and --json
        """;

    public async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["add", var name, .. var rest] when CommandOutput.ParseOptions(rest, "--role") is { Count: 1 } options:
                return UserNames.ProblemWith(name) is { } problem
                    ? await output.FailAsync(problem, 2)
                    : await ChangeAsync(
                        name,
                        options["--role"],
                        new AddUser(name, options["--role"]),
                        cancellationToken
                    );
            case ["role", var name, var role]:
                return await ChangeAsync(name, role, new ChangeUserRole(role), cancellationToken);
            case ["disable", var name]:
                return await ChangeAsync(name, role: null, new DisableUser(), cancellationToken);
            case ["enable", var name]:
                return await ChangeAsync(name, role: null, new EnableUser(), cancellationToken);
            case ["list"]:
                var all = await users.ListAsync(cancellationToken);
                await output.PrintAsync(new UserList(all), all.Select(Line));
                return 0;
            default:
                return await output.FailAsync(Usage, 2);
        }
    }

    private async Task<int> ChangeAsync(
        string name,
        string? role,
        UserCommand command,
        CancellationToken cancellationToken
    )
    {
        if (role is not null && Roles.Parse(role) is UserRole.None)
        {
            return await output.FailAsync($"The role is {Roles.Rule}.", 2);
        }

        if (command is not AddUser && await users.FindAsync(name, cancellationToken) is null)
        {
            return await output.FailAsync($"There is no user '{name}'.", 1);
        }

        var refusal = await changes.ApplyAsync(
            name,
            command,
            keepsAdministrator: false,
            LocalMetadata.Create(),
            cancellationToken: cancellationToken
        );
        if (refusal is not null)
        {
            return await output.FailAsync(refusal.Message, 1);
        }

        var user = await users.FindAsync(name, cancellationToken);
        await output.PrintAsync(user!, [Line(user!)]);
        return 0;
    }

    private static string Line(UserView user) =>
        $"{user.Role, -13}  {(user.Enabled ? "enabled" : "disabled"), -8}  {user.AddedAt:u}  {user.Name}";
}
