using Platform.Contracts.Artifacts;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Outputs;

/// <summary>Uploads a file's bytes unless the platform already has them.</summary>
internal sealed class BlobUpload(ArtifactClient artifacts)
{
    /// <param name="name">The file's path in the version that it will be part of.</param>
    /// <exception cref="FileChangedException">The file is still being written.</exception>
    /// <exception cref="PlatformRefusedException">The platform does not accept it.</exception>
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
            // Perhaps written again within one tick of its timestamp: the next try must not trust the cached checksum.
            hashes.Forget(path);
            throw;
        }

        return hashed;
    }
}
