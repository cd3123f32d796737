using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

/// <summary>Users on the database itself, for who may work there: also where no administrator can sign in any more.</summary>
internal sealed class UsersCommand(UserDirectory users, UserChanges changes, CommandOutput output)
{
    private const string Usage =
        "Usage: users add NAME --role ROLE | users role NAME ROLE | users disable NAME | users enable NAME | users list";

    public async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["add", var name, .. var rest] when CommandOutput.ParseOptions(rest, "--role") is { Count: 1 } options:
                return UserNames.ProblemWith(name) is { } problem
                    ? await output.RefuseAsync(ProblemResults.Invalid("name", problem))
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
                return await output.AnswerAsync(new UserList(await users.ListAsync(cancellationToken)));
            default:
                return await output.RefuseAsync(
                    ProblemResults.Invalid("command", GatewaySentences.Usage.With(Usage)),
                    CommandOutput.Misused
                );
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
            return await output.RefuseAsync(ProblemResults.Invalid("role", GatewaySentences.Role));
        }

        if (command is not AddUser && await users.FindAsync(name, cancellationToken) is null)
        {
            return await output.RefuseAsync(ProblemResults.NotFound(GatewaySentences.NoUser.With(name)));
        }

        var refusal = await changes.ApplyAsync(
            name,
            command,
            keepsAdministrator: false,
            LocalMetadata.Create(),
            cancellationToken: cancellationToken
        );
        return refusal is null
            ? await output.AnswerAsync(await users.FindAsync(name, cancellationToken))
            : await output.RefuseAsync(ProblemResults.From(refusal));
    }
}
