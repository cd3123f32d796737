namespace Platform.Sdk;

/// <summary>What a person should know, on standard error.</summary>
internal static class Notice
{
    public static void Say(string text) => Console.Error.WriteLine($"platform: {text}");
}
