using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Authorization.Tests;

public sealed class Machine_tokens
{
    private static readonly Guid _node = new("0198c7a2-0000-7000-8000-000000000001");
    private static readonly Guid _job = new("0198c7a2-0000-7000-8000-000000000002");
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(
        "pn_oseYAQAAAHCAAAAAAAAAAQDYwyy7AwAAAAAAAF3zB1xjr50f91hBKEHcf-TIYVSXWqFoMmZBZUSUXLoN",
        CallerKind.Node,
        1,
        0
    )]
    [InlineData(
        "pj_oseYAQAAAHCAAAAAAAAAAgDYwyy7AwAAAwAAAJlZZSbvDoPp6XxlMyi6bfcRdo1uq4KksXbj0-U4Zxo8",
        CallerKind.Job,
        2,
        3
    )]
    public void of_release_0_1_0_stay_valid(string token, CallerKind kind, int number, int attempt)
    {
        var scope = SignedIn.Machines.Verify(token);

        Assert.NotNull(scope);
        Assert.Equal((kind, number == 1 ? _node : _job, attempt, 0), (scope.Kind, scope.Id, scope.Attempt, scope.Rank));
    }

    [Fact]
    public void name_a_job_its_attempt_and_its_rank()
    {
        var scope = SignedIn.Machines.Verify(SignedIn.Machines.ForJob(_job, attempt: 4, rank: 7, _hour))!;
        Assert.Equal((CallerKind.Job, _job, 4, 7), (scope.Kind, scope.Id, scope.Attempt, scope.Rank));
    }

    [Fact]
    public void name_a_node()
    {
        var scope = SignedIn.Machines.Verify(SignedIn.Machines.ForNode(_node, _hour))!;
        Assert.Equal((CallerKind.Node, _node), (scope.Kind, scope.Id));
    }

    [Fact]
    public void are_refused_when_a_bit_was_changed_or_a_byte_is_missing()
    {
        foreach (
            var token in new[] { SignedIn.Machines.ForJob(_job, 1, 0, _hour), SignedIn.Machines.ForNode(_node, _hour) }
        )
        {
            for (var i = 0; i < token.Length; i++)
            {
                // Of the last character only the upper bits count.
                var changed = token.ToCharArray();
                changed[i] = token[i] is 'A' ? 'w' : 'A';
                Assert.Null(SignedIn.Machines.Verify(new string(changed)));
                Assert.Null(SignedIn.Machines.Verify(token[..i]));
            }

            Assert.Null(SignedIn.Machines.Verify(token + "AAAA"));
        }
    }

    [Fact]
    public void end()
    {
        Assert.Null(SignedIn.Machines.Verify(SignedIn.Machines.ForNode(_node, -_hour)));
    }

    [Fact]
    public void of_the_key_before_are_accepted_and_no_longer_made()
    {
        const string NewKey = "bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0=";
        var rotated = Tokens(NewKey, SignedIn.TokenKey);
        var afterwards = Tokens(NewKey, previous: null);
        var old = SignedIn.Machines.ForNode(_node, _hour);

        Assert.NotNull(rotated.Verify(old));
        Assert.Null(afterwards.Verify(old));
        Assert.NotNull(afterwards.Verify(rotated.ForNode(_node, _hour)));
        Assert.Null(SignedIn.Machines.Verify(rotated.ForNode(_node, _hour)));
    }

    private static ScopedTokens Tokens(string key, string? previous) =>
        new(
            new SigningKeys(Options.Create(new TokenOptions { TokenKey = key, PreviousTokenKey = previous })),
            TimeProvider.System
        );
}
