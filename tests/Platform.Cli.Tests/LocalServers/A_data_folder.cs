using Platform.LocalServers;

namespace Platform.Cli.Tests.LocalServers;

public sealed class A_data_folder : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void belongs_to_one_platform_at_a_time()
    {
        var folder = new DataFolder(_folder.In("data"));
        using (folder.Lock())
        {
            var error = Assert.Throws<LocalServerException>(() => new DataFolder(folder.Root).Lock());
            Assert.Contains("Another platform uses the data folder", error.Message, StringComparison.Ordinal);
            Assert.Contains(folder.Root, error.Message, StringComparison.Ordinal);
        }

        using var again = folder.Lock();
    }

    [Fact]
    public void keeps_a_secret_that_only_its_owner_may_read()
    {
        var folder = new DataFolder(_folder.In("data"));

        var secret = folder.Secret("token-key");

        Assert.Equal(32, Convert.FromBase64String(secret).Length);
        Assert.Equal(secret, new DataFolder(folder.Root).Secret("token-key"));
        Assert.NotEqual(secret, folder.Secret("join-token"));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(folder.PathOf("secrets", "token-key"))
        );
    }
}
