using Platform.GpuAgent.Files;

namespace Platform.GpuAgent.Processes;

/// <summary>The shim as a file: it is renamed into place, since a shell reads a script while running it.</summary>
internal static class ShimScript
{
    public static void Install(string path)
    {
        using var resource = typeof(ShimScript).Assembly.GetManifestResourceStream("shim.sh")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        DurableFile.Write(path, content.GetBuffer().AsSpan(0, (int)content.Length));
    }
}
