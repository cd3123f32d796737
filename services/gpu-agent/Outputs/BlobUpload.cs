using Platform.Contracts.Artifacts;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Outputs;

/// <summary>Brings a file's bytes to the platform; what it has already does not travel.</summary>
internal sealed class BlobUpload(ArtifactClient artifacts)
{
    /// <param name="name">The file's path in the version that will name it.</param>
    /// <exception cref="FileChangedException">The file is still being written.</exception>
    /// <exception cref="PlatformRefusedException">The platform does not take it.</exception>
    public async Task<ArtifactFile> KeepAsync(
        string path,
        string name,
        FileHashes hashes,
        CancellationToken cancellationToken
    )
    {
        var hashed = await hashes.HashAsync(path, name, cancellationToken);
        if (await artifacts.HasBlobAsync(hashed.Sha256, cancellationToken))
        {
            return hashed;
        }

        try
        {
            await artifacts.PutBlobAsync(hashed.Sha256, path, hashed.Size, cancellationToken);
        }
        catch (PlatformRefusedException)
        {
            // Perhaps written again within one tick of its time stamp: the next try must not trust the remembered checksum.
            hashes.Forget(path);
            throw;
        }

        return hashed;
    }
}
