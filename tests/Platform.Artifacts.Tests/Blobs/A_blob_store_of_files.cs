using Microsoft.Extensions.Options;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Blobs.Stores;

namespace Platform.Artifacts.Tests.Blobs;

public sealed class A_blob_store_of_files : BlobStoreCompliance
{
    [Fact]
    public async Task is_readable_by_its_own_user_only()
    {
        var name = await KeepAsync([1, 2, 3]);

        var folder = Path.Combine(Folder, "blobs", name.Hex[..2]);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(folder, name.Hex[2..]))
        );
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(folder)
        );
    }

    [Fact]
    public async Task does_not_answer_once_its_folder_is_gone()
    {
        Directory.Delete(Path.Combine(Folder, "blobs"));

        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Store.CheckAsync(CancellationToken.None));
    }

    private protected override IBlobStore Create(ArtifactsOptions options) =>
        new FileBlobStore(Options.Create(options));
}
