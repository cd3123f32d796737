namespace Platform.Cli.Contexts;

/// <summary>A platform that somebody signed in to.</summary>
/// <param name="Token">Null where none is needed, or after signing out.</param>
internal sealed record StoredContext(string Name, Uri Server, string? Token)
{
    /// <summary>Its address as people write it.</summary>
    public string Address => Server.AbsoluteUri.TrimEnd('/');

    /// <summary>Says nothing of the token, wherever it is printed.</summary>
    public override string ToString() => $"{Name} ({Server})";

    /// <summary>Whether an address is this platform's.</summary>
    public bool IsFor(Uri address) =>
        Uri.Compare(
            Server,
            address,
            UriComponents.SchemeAndServer,
            UriFormat.SafeUnescaped,
            StringComparison.OrdinalIgnoreCase
        ) == 0
        // Another path of the host may be anybody's.
        && string.Equals(PathOf(Server), PathOf(address), StringComparison.Ordinal);

    private static string PathOf(Uri address) => address.AbsolutePath.TrimEnd('/');
}
