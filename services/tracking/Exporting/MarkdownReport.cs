using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Tracking.Exporting;

/// <summary>A report in Markdown.</summary>
internal static partial class MarkdownReport
{
    public static string Write(ReportContent content)
    {
        var text = new StringBuilder($"# {Escape(content.Run.Name)}\n");
        Table(text, ["", ""], content.Facts.Select(fact => (IReadOnlyList<string>)[fact.Name, fact.Value]));
        foreach (var (title, values) in content.Sections)
        {
            text.Append($"\n## {title}\n");
            Table(text, ["name", "value"], values.Select(value => (IReadOnlyList<string>)[value.Name, value.Value]));
        }

        text.Append("\n## Metrics\n");
        if (content.Metrics.Count == 0)
        {
            text.Append("\nNo metrics have been logged.\n");
        }
        else
        {
            Table(text, ReportContent.MetricColumns, content.Metrics);
        }

        if (content.Run.Notes.Length > 0)
        {
            text.Append($"\n## Notes\n\n{content.Run.Notes}\n");
        }

        return text.ToString();
    }

    private static void Table(
        StringBuilder text,
        IReadOnlyList<string> headings,
        IEnumerable<IReadOnlyList<string>> rows
    )
    {
        text.Append($"\n| {string.Join(" | ", headings)} |\n|{string.Concat(headings.Select(_ => "---|"))}\n");
        foreach (var row in rows)
        {
            text.Append($"| {string.Join(" | ", row.Select(Escape))} |\n");
        }
    }

    /// <summary>Text that shows as it is within a line: no markup, no HTML, one line. What is markup only where a line begins stays.</summary>
    private static string Escape(string text) =>
        LineBreak().Replace(Special().Replace(text, match => $"\\{match.Value}"), " ");

    [GeneratedRegex(@"[\\`*_\[\]<>|~&]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Special();

    [GeneratedRegex(@"[\r\n\u2028\u2029]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineBreak();
}
