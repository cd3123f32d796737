namespace Platform.Contracts.Artifacts;

/// <summary>How a backup keeps the bytes that its snapshot of the database names.</summary>
public static class BlobDeletion
{
    /// <summary>
    /// The key of an advisory lock of the database. Whoever deletes bytes holds it shared; a backup holds it for itself, and no bytes
    /// are deleted until it is done.
    /// </summary>
    public const long Lock = 0x706C_6174_626C_6F62;
}
