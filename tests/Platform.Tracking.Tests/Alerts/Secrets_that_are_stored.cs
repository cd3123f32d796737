using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Alerts;

[Trait("row", "33")]
public sealed class Secrets_that_are_stored
{
    private static readonly string _key = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly string _next = Convert.ToBase64String([.. Enumerable.Range(2, 32).Select(i => (byte)i)]);

    [Fact]
    public void are_read_with_the_key_that_encrypted_them_also_while_it_is_replaced()
    {
        var stored = With(_key).Encrypt("whsec_abc", "one");

        Assert.Equal("whsec_abc", With(_key).Decrypt(stored, "one"));
        Assert.Equal("whsec_abc", With(_next, previous: _key).Decrypt(stored, "one"));
        Assert.Null(With(_next).Decrypt(stored, "one"));
        Assert.NotEqual(stored, With(_key).Encrypt("whsec_abc", "one"));
    }

    [Fact]
    public void are_of_no_use_to_another_and_are_not_changed()
    {
        var stored = With(_key).Encrypt("whsec_abc", "one");

        Assert.Null(With(_key).Decrypt(stored, "other"));
        Assert.Null(With(_key).Decrypt(stored[..20], "one"));
        for (var i = 0; i < stored.Length; i++)
        {
            var changed = (byte[])stored.Clone();
            changed[i] ^= 1;
            Assert.Null(With(_key).Decrypt(changed, "one"));
        }
    }

    private static StoredSecrets With(string key, string? previous = null) =>
        new(new SigningKeys(Options.Create(new TokenOptions { TokenKey = key, PreviousTokenKey = previous })));
}
