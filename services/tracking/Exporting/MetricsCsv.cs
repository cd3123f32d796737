using System.Globalization;
using System.Text;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>The points of a run as CSV, one in a line: <c>key,step,at,value,stage</c>.</summary>
internal sealed class MetricsCsv(WholeSeries whole)
{
    public const string Heading = "key,step,at,value,stage";

    /// <summary>How times are written: in UTC with microseconds, as they are stored.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes all points of some series.</summary>
    /// <returns>How many points were written.</returns>
    public async Task<long> WriteAsync(
        IReadOnlyList<SeriesHead> series,
        Stream output,
        CancellationToken cancellationToken
    )
    {
        var count = 0L;
        await using var text = new StreamWriter(output, _utf8, bufferSize: 64 * 1024, leaveOpen: true);
        text.NewLine = "\n";
        await text.WriteLineAsync(Heading);
        await foreach (var piece in whole.ReadAsync(series, cancellationToken))
        {
            var key = CsvText.Cell(piece.Series.Key);
            foreach (var point in piece.Points)
            {
                await text.WriteLineAsync(Line(key, point, piece.Stages.GetValueOrDefault(point.Stage)));
            }

            count += piece.Points.Count;
        }

        return count;
    }

    private static string Line(string key, in SeriesPoint point, string? stage) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{key},{point.Step},{point.At.ToString(TimeFormat, CultureInfo.InvariantCulture)},{Value(point.Value)},{CsvText.Cell(stage)}"
        );

    /// <summary>A number stays one, also when it is negative; <c>-Infinity</c> is a text to a spreadsheet.</summary>
    private static string Value(double value) =>
        double.IsFinite(value)
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : CsvText.Cell(
                double.IsNaN(value) ? "NaN"
                : value > 0 ? "Infinity"
                : "-Infinity"
            );
}
