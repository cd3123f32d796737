using System.Text.Json;
using Platform.EventStore;
using Platform.Gateway.Tokens;

namespace Platform.Gateway.Tests.Tokens;

public sealed class A_token
{
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid _id = Guid.CreateVersion7();
    private static readonly CreateToken _create = new(_id, "anna", "laptop", "editor", "abc", "local", _now.AddDays(1));
    private static readonly RevokeToken _revoke = new("user:admin-token");
    private static readonly TokenCreated _created = new(
        _id,
        "anna",
        "laptop",
        "editor",
        "abc",
        "local",
        _now.AddDays(1),
        _now
    );
    private static readonly TokenRevoked _revoked = new(_id, "user:admin-token", _now);

    private static Specification<Token, TokenEvent> Spec => new(Token.Decider);

    [Fact]
    public void is_created() => Spec.When(token => Token.Decide(token, _create, _now)).Then(_created);

    [Fact]
    public void is_created_once() =>
        Spec.Given(_created).When(token => Token.Decide(token, _create, _now)).ThenRefused("token.exists");

    [Fact]
    public void is_revoked() => Spec.Given(_created).When(token => Token.Decide(token, _revoke, _now)).Then(_revoked);

    [Fact]
    public void is_revoked_once() =>
        Spec.Given(_created, _revoked).When(token => Token.Decide(token, _revoke, _now)).ThenNothing();

    [Theory]
    [InlineData("admin", "administrator")]
    [InlineData("read", "viewer")]
    [InlineData("editor", "editor")]
    public void of_release_0_1_0_is_that_of_the_user_whom_it_names(string scope, string role)
    {
        var old = JsonSerializer.Deserialize(
            $$"""{"tokenId":"{{_id}}","name":"anna","scope":"{{scope}}","hash":"abc","createdBy":"local","at":"2026-01-02T03:04:05+00:00"}""",
            GatewayJson.Default.TokenCreatedV1
        )!;
        Assert.Equal(
            new TokenCreated(_id, "anna", "anna", role, "abc", "local", ExpiresAt: null, _now),
            TokenCreated.From(old)
        );
    }

    [Fact]
    public void has_an_answer_to_every_command_in_every_state()
    {
        foreach (var status in Enum.GetValues<TokenStatus>())
        {
            foreach (TokenCommand command in new TokenCommand[] { _create, _revoke })
            {
                var decision = Token.Decide(new Token(_id, status), command, _now);
                var expected = (status, command) switch
                {
                    (TokenStatus.None, CreateToken) => typeof(Decision<TokenEvent>.Accepted),
                    (TokenStatus.Active, RevokeToken) => typeof(Decision<TokenEvent>.Accepted),
                    (TokenStatus.Revoked, RevokeToken) => typeof(Decision<TokenEvent>.NothingToDo),
                    _ => typeof(Decision<TokenEvent>.Refused),
                };
                Assert.IsType(expected, decision);
            }
        }
    }
}
