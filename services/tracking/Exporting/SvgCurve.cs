using System.Globalization;
using System.Net;
using System.Text;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>A series as an inline SVG picture.</summary>
internal static class SvgCurve
{
    private const int Width = 640;
    private const int Height = 200;
    private const int Left = 64;
    private const int Bottom = 24;
    private const int Margin = 8;

    /// <summary>The picture; empty when the series has no finite value.</summary>
    public static string Draw(string key, List<SeriesPoint> points)
    {
        var finite = points.Where(point => double.IsFinite(point.Value)).ToList();
        if (finite.Count == 0)
        {
            return "";
        }

        var (low, high) = (finite.Min(point => point.Value), finite.Max(point => point.Value));
        var (first, last) = (points[0].Step, points[^1].Step);
        var svg = new StringBuilder(
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(key)}\">"
        );
        svg.Append(
            $"<path class=\"axis\" d=\"M{Left} {Margin}V{Height - Bottom}H{Width - Margin}\"/><path class=\"curve\" d=\""
        );
        var isDrawing = false;
        foreach (var point in points)
        {
            if (!double.IsFinite(point.Value))
            {
                isDrawing = false;
                continue;
            }

            var x = Left + (Share(point.Step, first, last) * (Width - Margin - Left));
            var y = Height - Bottom - (Share(point.Value, low, high) * (Height - Bottom - Margin));
            // A round end makes a lone point visible.
            svg.Append(
                CultureInfo.InvariantCulture,
                $"{(isDrawing ? 'L' : 'M')}{x:0.#} {y:0.#}{(isDrawing ? "" : "h0")}"
            );
            isDrawing = true;
        }

        svg.Append("\"/>");
        Label(svg, Left - 4, Margin + 10, "end", Number(high));
        Label(svg, Left - 4, Height - Bottom, "end", Number(low));
        Label(svg, Left, Height - 6, "start", first.ToString(CultureInfo.InvariantCulture));
        Label(svg, Width - Margin, Height - 6, "end", last.ToString(CultureInfo.InvariantCulture));
        return svg.Append("</svg>").ToString();
    }

    /// <summary>A value in readable form.</summary>
    public static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>Where a value lies between two others, 0 to 1; halves first, as the difference of two numbers may be none.</summary>
    private static double Share(double value, double low, double high) =>
        high > low ? ((value / 2) - (low / 2)) / ((high / 2) - (low / 2)) : 0.5;

    private static void Label(StringBuilder svg, int x, int y, string anchor, string text) =>
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>"
        );
}
