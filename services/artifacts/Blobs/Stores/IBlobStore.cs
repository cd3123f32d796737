namespace Platform.Artifacts.Blobs.Stores;

/// <summary>Keeps bytes under their SHA-256. Every implementation passes the same compliance tests.</summary>
internal interface IBlobStore
{
    /// <summary>Makes the store ready for use: folders, the bucket, and what an earlier process left half done.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Answers normally when the store can be used now; throws otherwise.</summary>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps verified bytes under their name. They become visible all at once and durably, or not at all; what other uploads
    /// of the same bytes do does not matter.
    /// </summary>
    Task KeepAsync(IncomingBlob incoming, CancellationToken cancellationToken);

    /// <summary>Keeps many, as <see cref="KeepAsync(IncomingBlob, CancellationToken)"/> does each.</summary>
    Task KeepAsync(IReadOnlyCollection<IncomingBlob> incoming, CancellationToken cancellationToken);

    /// <summary>Deletes a blob durably; one that is not there is deleted already. Who is reading it reads on.</summary>
    Task DeleteAsync(BlobName name, CancellationToken cancellationToken);

    /// <summary>The size of a blob in bytes; null when there is none.</summary>
    Task<long?> FindSizeAsync(BlobName name, CancellationToken cancellationToken);

    /// <summary>Opens a blob for reading.</summary>
    /// <returns>A stream that can seek, so that ranges can be served; null when there is no such blob.</returns>
    Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellationToken);
}
