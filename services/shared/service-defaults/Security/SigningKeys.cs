using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Platform.ServiceDefaults;

/// <summary>The key that signs, and those that verify: while a key is replaced, tokens of the one before it stay valid.</summary>
public sealed class SigningKeys
{
    private const int KeyIdBytes = 8;

    /// <exception cref="OptionsValidationException">A key is missing or too weak.</exception>
    public SigningKeys(IOptions<TokenOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        byte[] current = Convert.FromBase64String(options.Value.TokenKey!);
        MachineKeys = options.Value.PreviousTokenKey is { Length: > 0 } previous
            ? [current, Convert.FromBase64String(previous)]
            : [current];
        InternalKeys = [.. MachineKeys.Select(InternalKey)];
    }

    /// <summary>Keys of the tokens of nodes and jobs; the first one signs.</summary>
    internal IReadOnlyList<byte[]> MachineKeys { get; }

    /// <summary>Keys of the tokens between services; the first one signs.</summary>
    internal IReadOnlyList<SecurityKey> InternalKeys { get; }

    /// <summary>Derived, so that nothing signed for one purpose can pass for another; its id tells which key it was derived from.</summary>
    private static SecurityKey InternalKey(byte[] key) =>
        new SymmetricSecurityKey(
            HKDF.DeriveKey(
                HashAlgorithmName.SHA256,
                key,
                SHA256.HashSizeInBytes,
                info: "platform internal tokens"u8.ToArray()
            )
        )
        {
            KeyId = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, KeyIdBytes)),
        };
}
