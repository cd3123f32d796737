namespace Platform.Sdk;

/// <summary>Messages to the user, on standard error.</summary>
internal static class Notice
{
    public static void Write(string text)
    {
        try
        {
            (ConsoleCapture.UntrackedError ?? Console.Error).WriteLine($"platform: {text}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is closed.
        }
    }
}
