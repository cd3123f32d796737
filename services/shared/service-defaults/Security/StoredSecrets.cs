using System.Security.Cryptography;
using System.Text;

namespace Platform.ServiceDefaults;

/// <summary>
/// Encrypts secrets that a service has to use again, and so cannot store as hashes. Whoever reads the database alone does not learn them:
/// the key is derived from <c>Platform:TokenKey</c>, which is not in it.
/// </summary>
public sealed class StoredSecrets(SigningKeys keys)
{
    private const int TagBytes = 16;
    private const int NonceBytes = 12;

    /// <summary>Encrypts (AES-256-GCM).</summary>
    /// <param name="purpose">What it belongs to, such as a table and an id: it is not decrypted for another.</param>
    /// <returns>The nonce, the tag and what is encrypted.</returns>
    public byte[] Encrypt(string secret, string purpose)
    {
        var text = Encoding.UTF8.GetBytes(secret);
        var stored = new byte[NonceBytes + TagBytes + text.Length];
        var nonce = stored.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(KeyOf(keys.MachineKeys[0]), TagBytes);
        cipher.Encrypt(
            nonce,
            text,
            stored.AsSpan(NonceBytes + TagBytes),
            stored.AsSpan(NonceBytes, TagBytes),
            Encoding.UTF8.GetBytes(purpose)
        );
        return stored;
    }

    /// <summary>Decrypts with the present key, or the one before it.</summary>
    /// <returns>Null when neither fits.</returns>
    public string? Decrypt(byte[] stored, string purpose)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        foreach (var key in keys.MachineKeys)
        {
            var text = new byte[stored.Length - NonceBytes - TagBytes];
            using var cipher = new AesGcm(KeyOf(key), TagBytes);
            try
            {
                cipher.Decrypt(
                    stored.AsSpan(0, NonceBytes),
                    stored.AsSpan(NonceBytes + TagBytes),
                    stored.AsSpan(NonceBytes, TagBytes),
                    text,
                    Encoding.UTF8.GetBytes(purpose)
                );
                return Encoding.UTF8.GetString(text);
            }
            catch (AuthenticationTagMismatchException)
            {
                // Of another key.
            }
        }

        return null;
    }

    private static byte[] KeyOf(byte[] key) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            key,
            SHA256.HashSizeInBytes,
            info: "platform stored secrets"u8.ToArray()
        );
}
