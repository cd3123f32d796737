using System.Buffers.Text;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>The keys behind every token that the platform signs (configuration section <c>Platform</c>).</summary>
public sealed class TokenOptions
{
    /// <summary>At least 32 random bytes in Base64, the same for every service.</summary>
    public string? TokenKey { get; set; }

    /// <summary>The key before it: tokens that it signed are still accepted, and it signs none. Null when there was none.</summary>
    public string? PreviousTokenKey { get; set; }
}

/// <summary>Refuses keys that anybody could guess. What it says names no part of a key.</summary>
internal sealed class TokenKeyRules : IValidateOptions<TokenOptions>
{
    private const int MinBytes = 32;

    public ValidateOptionsResult Validate(string? name, TokenOptions options)
    {
        List<string> problems = [];
        if (string.IsNullOrWhiteSpace(options.TokenKey))
        {
            problems.Add(
                $"Platform:TokenKey is missing. Set it to {MinBytes} random bytes in Base64, the same for every service: openssl rand -base64 {MinBytes}"
            );
        }
        else if (ProblemWith(options.TokenKey) is { } problem)
        {
            problems.Add($"Platform:TokenKey {problem}");
        }

        if (options.PreviousTokenKey is { Length: > 0 } previous && ProblemWith(previous) is { } other)
        {
            problems.Add($"Platform:PreviousTokenKey {other}");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? ProblemWith(string key)
    {
        if (!Base64.IsValid(key))
        {
            return "is not Base64.";
        }

        var bytes = Convert.FromBase64String(key);
        return bytes.Length < MinBytes ? $"has {bytes.Length} bytes; it needs at least {MinBytes}."
            : bytes.AsSpan().IndexOfAnyExcept(bytes[0]) < 0 ? "is not random: all of its bytes are equal."
            : null;
    }
}
