using System.Net;
using System.Text;

namespace Platform.Tracking.Exporting;

/// <summary>A report as one HTML page, which loads nothing and runs nothing.</summary>
internal static class HtmlReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}
        table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border:1px solid #d1d9e0;padding:.25rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
        pre{white-space:pre-wrap;background:#f6f8fa;padding:1rem}svg{width:100%;max-width:40rem;display:block}h3{margin:1rem 0 0}
        .axis{fill:none;stroke:#818b98}.curve{fill:none;stroke:#0969da;stroke-width:1.5;stroke-linecap:round}svg text{font-size:11px;fill:#59636e}
        @media(prefers-color-scheme:dark){body{color:#f0f6fc;background:#0d1117}td,th{border-color:#3d444d}pre{background:#151b23}svg text{fill:#9198a1}.curve{stroke:#4493f8}}
        """;

    public static string Write(ReportContent content)
    {
        var name = Escape(content.Run.Name);
        var html = new StringBuilder(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width"><title>{name}</title>
            <style>{Style}</style></head><body>
            <h1>{name}</h1>

            """
        );
        Table(html, [], content.Facts.Select(fact => (IReadOnlyList<string>)[fact.Name, fact.Value]));
        foreach (var (title, values) in content.Sections)
        {
            html.Append($"<h2>{title}</h2>\n");
            Table(html, [], values.Select(value => (IReadOnlyList<string>)[value.Name, value.Value]));
        }

        html.Append("<h2>Metrics</h2>\n");
        Table(html, ReportContent.MetricColumns, content.Metrics);
        foreach (var (key, points) in content.Curves)
        {
            html.Append($"<h3>{Escape(key)}</h3>\n{SvgCurve.Draw(key, points)}\n");
        }

        if (content.Metrics.Count > content.Curves.Count)
        {
            html.Append($"<p>The first {content.Curves.Count} metrics are drawn.</p>\n");
        }

        if (content.Run.Notes.Length > 0)
        {
            html.Append($"<h2>Notes</h2>\n<pre>{Escape(content.Run.Notes)}</pre>\n");
        }

        return html.Append("</body></html>\n").ToString();
    }

    private static void Table(
        StringBuilder html,
        IReadOnlyList<string> headings,
        IEnumerable<IReadOnlyList<string>> rows
    )
    {
        html.Append("<table>");
        if (headings.Count > 0)
        {
            html.Append($"<tr>{string.Concat(headings.Select(heading => $"<th>{heading}</th>"))}</tr>");
        }

        foreach (var row in rows)
        {
            html.Append($"<tr>{string.Concat(row.Select(cell => $"<td>{Escape(cell)}</td>"))}</tr>");
        }

        html.Append("</table>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
