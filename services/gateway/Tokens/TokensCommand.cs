using System.Globalization;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

/// <summary>Tokens on the database itself, for who may work there: as the platform's owner.</summary>
internal sealed class TokensCommand(GatewayTokens tokens, TokenIssuer issuer, CommandOutput output)
{
    private const string Usage = """
        Usage: tokens create [--user USER] [--name NAME] [--role viewer|editor|administrator] [--expires 30d|12h|DATE]
               tokens list | tokens revoke ID, and --json
        """;

    public async Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        switch (words)
        {
            case ["create", .. var rest]
                when CommandOutput.ParseOptions(rest, "--user", "--name", "--role", "--scope", "--expires")
                    is { } options:
                return await CreateAsync(options, cancellationToken);
            case ["list"]:
                var all = await tokens.ListAsync(userId: null, cancellationToken);
                await output.PrintAsync(new TokenList(all), all.Select(Line));
                return 0;
            case ["revoke", var text] when Guid.TryParse(text, out var id):
                return await tokens.RevokeAsync(id, Caller.Local.Subject, cancellationToken: cancellationToken)
                    ? 0
                    : await output.FailAsync($"There is no token {id}.", 1);
            default:
                return await output.FailAsync(Usage, 2);
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
        // As in release 0.1.0: whoever is only named is the first administrator.
        if (request is { User: null, Role: null, Scope: null })
        {
            request = request with { Role = RoleNames.Administrator };
        }

        var (token, refusal) = await issuer.CreateAsync(
            request,
            Caller.Local,
            LocalMetadata.Create(),
            cancellationToken
        );
        if (token is null)
        {
            return await output.FailAsync(refusal!.Reason.Message, refusal.Field is null ? 1 : 2);
        }

        await output.RemarkAsync($"Token {token.Id} of {token.User} ({token.Role}{End(token)}); it is shown only now:");
        await output.PrintAsync(token, [token.Token]);
        return 0;
    }

    private static string End(NewToken token) =>
        token.ExpiresAt is { } end ? string.Create(CultureInfo.InvariantCulture, $", until {end:u}") : "";

    private static string Line(TokenSummary token)
    {
        var used = token.LastUsedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never used";
        var end = token.ExpiresAt?.ToString("u", CultureInfo.InvariantCulture) ?? "does not expire";
        return $"{token.Id}  {token.Role, -13}  {token.CreatedAt:u}  {used, -20}  {end, -20}  {token.User}  {token.Name}";
    }
}
