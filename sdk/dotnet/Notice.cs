namespace Platform.Sdk;

/// <summary>Messages to the user, on standard error.</summary>
internal static class Notice
{
    public static void Write(string text) => Console.Error.WriteLine($"platform: {text}");
}
