using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>Tokens on the database itself, for who may work there: as the platform's owner.</summary>
internal sealed class TokensCommand(
    GatewayTokens tokens,
    TokenIssuer issuer,
    UserDirectory users,
    UserChanges changes,
    CommandOutput output
)
{
    private const string Usage =
        "Usage: tokens create [--user USER] [--name NAME] [--role ROLE] [--expires WHEN] | tokens list | tokens revoke ID";

    public async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["create", .. var rest]
                when CommandOutput.ParseOptions(rest, "--user", "--name", "--role", "--scope", "--expires")
                    is { } options:
                return await CreateAsync(options, cancellationToken);
            case ["list"]:
                return await output.AnswerAsync(new TokenList(await tokens.ListAsync(userId: null, cancellationToken)));
            case ["revoke", var text] when Guid.TryParse(text, out var id):
                return await tokens.RevokeAsync(id, Caller.Local.Subject, cancellationToken: cancellationToken)
                    ? 0
                    : await output.RefuseAsync(ProblemResults.NotFound(GatewaySentences.NoToken.With(id)));
            default:
                return await output.RefuseAsync(
                    ProblemResults.Invalid("command", GatewaySentences.Usage.With(Usage)),
                    CommandOutput.Misused
                );
        }
    }

    private async Task<int> CreateAsync(Dictionary<string, string> options, CancellationToken cancellationToken)
    {
        var request = new CreateTokenRequest(
            options.GetValueOrDefault("--user"),
            options.GetValueOrDefault("--name"),
            options.GetValueOrDefault("--role"),
            options.GetValueOrDefault("--scope"),
            options.GetValueOrDefault("--expires")
        );
        // Whoever is named is the platform's first user, and an administrator unless a role is said. Later on it may be a mistyped name.
        if ((await users.ListAsync(cancellationToken)).Count == 0)
        {
            request = request is { Role: null, Scope: null }
                ? request with
                {
                    Role = RoleNames.Administrator,
                }
                : request;
            if (request.User is { } first && await AddFirstAsync(first, request, cancellationToken) is { } wrong)
            {
                return await output.RefuseAsync(wrong);
            }
        }

        var (token, refusal) = await issuer.CreateAsync(
            request,
            Caller.Local,
            LocalMetadata.Create(),
            cancellationToken
        );
        return token is null ? await output.RefuseAsync(refusal!.ToProblem()) : await output.AnswerAsync(token);
    }

    /// <returns>Why the user is not added.</returns>
    private async Task<ProblemHttpResult?> AddFirstAsync(
        string name,
        CreateTokenRequest request,
        CancellationToken cancellationToken
    )
    {
        var role = request.Role is null ? Roles.ParseScope(request.Scope) : Roles.Parse(request.Role);
        if (role is UserRole.None || name is Caller.Me || request is { Role: not null, Scope: not null })
        {
            return null; // which is refused with the token
        }

        if (UserNames.ProblemWith(name) is { } problem)
        {
            return ProblemResults.Invalid("user", problem);
        }

        await changes.ApplyAsync(
            name,
            new AddUser(name, Roles.NameOf(role)),
            keepsAdministrator: false,
            LocalMetadata.Create(),
            cancellationToken: cancellationToken
        );
        return null;
    }
}
