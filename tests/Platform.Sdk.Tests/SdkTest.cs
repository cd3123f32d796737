namespace Platform.Sdk.Tests;

/// <summary>A training's folder with its spool, and the platform that it sends to.</summary>
public abstract class SdkTest : IDisposable
{
    private protected TestFolder Folder { get; } = new();

    private protected FakePlatform Platform { get; } = new();

    private protected string Spool => Folder.In("spool");

    public void Dispose()
    {
        Platform.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
