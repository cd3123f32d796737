using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why a caller is refused.</summary>
public static class CallerSentences
{
    private const string HowToGetOne =
        "Send Authorization: Bearer <token>. Create one on the platform's machine with 'platform tokens create --user NAME'.";

    /// <summary>No credential was sent.</summary>
    public static readonly Template TokenRequired = new(
        "gateway.token-required",
        $"This platform asks for a token. {HowToGetOne}",
        problem: "gateway.token-required"
    );

    /// <summary>It would have needed none from the machine itself.</summary>
    public static readonly Template TokenRequiredThroughProxy = new(
        "gateway.token-required.through-proxy",
        $"This request came through a proxy, so it needs a token. {HowToGetOne}",
        problem: "gateway.token-required"
    );

    /// <summary>It came from the machine itself, but from another of its users.</summary>
    public static readonly Template TokenRequiredFromOthers = new(
        "gateway.token-required.from-others",
        $"Without a token this platform answers only to the user who runs it, on its own machine. {HowToGetOne}",
        problem: "gateway.token-required"
    );

    internal static readonly Template TokenInvalid = new(
        "gateway.token-invalid",
        "This token is not valid, has ended or was revoked.",
        problem: "gateway.token-invalid"
    );

    internal static readonly Template<string, string, string> NotAllowed = new(
        "gateway.not-allowed",
        "The token of {subject} does not allow {method} {path}.",
        problem: "gateway.not-allowed"
    );
}
