using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Processes;

/// <summary>Who starts an attempt is settled by who creates the shim's file. The agent takes it so that nobody will.</summary>
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
