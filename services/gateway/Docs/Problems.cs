namespace Platform.Gateway.Docs;

/// <summary>What the types of problem documents mean: the rows of <c>docs/problems.md</c>, so that a type is an address that answers.</summary>
internal static class Problems
{
    private static readonly Lazy<string> _all = new(Read);

    /// <summary>The whole page, in Markdown.</summary>
    public static string All => _all.Value;

    /// <summary>The status and advice for one code, as lines of text; null for a code that no service uses.</summary>
    public static string? Find(string code)
    {
        var row = All.Split('\n').FirstOrDefault(line => line.StartsWith($"| `{code}` |", StringComparison.Ordinal));
        return row?.Split('|', StringSplitOptions.TrimEntries) is [_, _, var status, var meaning, _]
            ? $"{code} ({status})\n{meaning}\n"
            : null;
    }

    private static string Read()
    {
        using var stream = typeof(Problems).Assembly.GetManifestResourceStream("problems.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
