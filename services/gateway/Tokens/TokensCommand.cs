using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>Tokens on the database itself, for who may work there: as the platform's owner.</summary>
internal sealed class TokensCommand(GatewayTokens tokens, TokenIssuer issuer, UserDirectory users, CommandOutput output)
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
        // As in release 0.1.0: whoever is only named is the first administrator. Later on it may be a mistyped name.
        if (request is { User: null, Role: null, Scope: null } && (await users.ListAsync(cancellationToken)).Count == 0)
        {
            request = request with { Role = RoleNames.Administrator };
        }

        var (token, refusal) = await issuer.CreateAsync(
            request,
            Caller.Local,
            LocalMetadata.Create(),
            cancellationToken
        );
        return token is null ? await output.RefuseAsync(refusal!.ToProblem()) : await output.AnswerAsync(token);
    }
}
