using System.Buffers;
using System.Text;

namespace Platform.ElasticLogs;

/// <summary>A document that is created once.</summary>
/// <param name="Id">Always the same for the same document, of letters, digits, <c>-</c> and <c>_</c>: a repeat makes no second one.</param>
/// <param name="Json">A JSON object without line breaks, in UTF-8.</param>
public readonly record struct ElasticDocument(string Id, ReadOnlyMemory<byte> Json)
{
    private const string Prefix = "{\"create\":{\"_id\":\"";
    private const string Suffix = "\"}}";

    /// <summary>About how many bytes it takes in a request.</summary>
    public int Bytes => Prefix.Length + Id.Length + Suffix.Length + Json.Length + 2;

    /// <summary>Writes the two lines of a bulk request.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Encoding.ASCII.GetBytes(Prefix, output);
        Encoding.ASCII.GetBytes(Id, output);
        Encoding.ASCII.GetBytes(Suffix, output);
        output.Write("\n"u8);
        output.Write(Json.Span);
        output.Write("\n"u8);
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote; a document that was not written to its end is left out.</summary>
    internal static List<ElasticDocument> ReadAll(ReadOnlyMemory<byte> lines)
    {
        var documents = new List<ElasticDocument>();
        while (NextLine(ref lines) is { } action && NextLine(ref lines) is { } json)
        {
            var text = Encoding.ASCII.GetString(action.Span);
            if (text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith(Suffix, StringComparison.Ordinal))
            {
                documents.Add(new ElasticDocument(text[Prefix.Length..^Suffix.Length], json));
            }
        }

        return documents;
    }

    private static ReadOnlyMemory<byte>? NextLine(ref ReadOnlyMemory<byte> lines)
    {
        var end = lines.Span.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        var line = lines[..end];
        lines = lines[(end + 1)..];
        return line;
    }
}
