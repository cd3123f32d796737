using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Processes;

/// <summary>
/// The process that creates the shim's file starts the attempt. The agent creates it so that no shim will.
/// </summary>
internal static class ShimClaim
{
    /// <returns>False when a shim was first.</returns>
    public static bool TryTake(AttemptFolder folder)
    {
        try
        {
            using var file = File.OpenHandle(folder.Shim, FileMode.CreateNew, FileAccess.Write);
            return true;
        }
        catch (IOException) when (File.Exists(folder.Shim))
        {
            return false;
        }
    }
}
