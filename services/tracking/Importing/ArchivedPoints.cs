using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Exporting;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Importing;

/// <summary>Reads <c>metrics.csv</c> of an archive.</summary>
internal static class ArchivedPoints
{
    private const int ColumnCount = 5;
    private const int MaxStage = 100;
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The points, so many at a time.</summary>
    /// <exception cref="ImportException">A line is wrong.</exception>
    public static async IAsyncEnumerable<MetricPoints> ReadAsync(
        Stream content,
        int atOnce,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var text = new StreamReader(content, _utf8, detectEncodingFromByteOrderMarks: false);
        var lines = new BoundedLines(text);
        var number = 1L;
        if (
            await lines.ReadAsync(cancellationToken) is not { } heading
            || !heading.Span.SequenceEqual(MetricsCsv.Heading)
        )
        {
            throw Wrong(number, RunSentences.Heading.With(MetricsCsv.Heading));
        }

        var cells = new string[ColumnCount];
        var batch = new Batch();
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            number++;
            if (!TrySplit(line.Span, cells))
            {
                throw Wrong(number, RunSentences.Columns.With(ColumnCount));
            }

            if (batch.Add(cells) is { } problem)
            {
                throw Wrong(number, problem);
            }

            if (batch.Points.Count == atOnce)
            {
                yield return batch.Points;
                batch = new Batch();
            }
        }

        if (batch.Points.Count > 0)
        {
            yield return batch.Points;
        }
    }

    private static ImportException Wrong(long line, Sentence problem) =>
        new(RunSentences.InvalidLine.With(line, problem));

    /// <summary>Splits a line at its commas; a cell in quotes may have commas, and quotes that are doubled.</summary>
    internal static bool TrySplit(ReadOnlySpan<char> line, string[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (line is ['"', ..])
            {
                var cell = new StringBuilder();
                line = line[1..];
                while (true)
                {
                    var quote = line.IndexOf('"');
                    if (quote < 0)
                    {
                        return false;
                    }

                    cell.Append(line[..quote]);
                    line = line[(quote + 1)..];
                    if (line is not ['"', ..])
                    {
                        break;
                    }

                    cell.Append('"');
                    line = line[1..];
                }

                cells[i] = cell.ToString();
            }
            else
            {
                var end = line.IndexOf(',');
                var length = end < 0 ? line.Length : end;
                cells[i] = line[..length].ToString();
                line = line[length..];
            }

            if (i == cells.Length - 1)
            {
                return line.IsEmpty;
            }

            if (line is not [',', ..])
            {
                return false;
            }

            line = line[1..];
        }

        return line.IsEmpty;
    }

    /// <summary>Points that are stored together.</summary>
    private sealed class Batch
    {
        private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _stages = new(StringComparer.Ordinal);

        public MetricPoints Points { get; } = new();

        /// <summary>Adds a point, or says what is wrong with it.</summary>
        public Sentence? Add(string[] cells)
        {
            var (key, stage) = (CsvText.TextOf(cells[0]), CsvText.TextOf(cells[4]));
            if (!RunRules.IsKey(key))
            {
                return RunSentences.Key;
            }

            if (
                !long.TryParse(cells[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step)
                || step is < -ClientNumbers.MaxWhole or > ClientNumbers.MaxWhole
            )
            {
                return RunSentences.Step;
            }

            if (
                !DateTimeOffset.TryParse(
                    cells[2],
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var at
                )
            )
            {
                return RunSentences.Time;
            }

            if (
                !double.TryParse(
                    CsvText.TextOf(cells[3]),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                return RunSentences.ValueNumber;
            }

            if (stage.Length > 0 && !RunRules.IsText(stage, MaxStage))
            {
                return RunSentences.Stage;
            }

            Points.Add(
                IndexOf(key, _keys, Points.Keys),
                step,
                at,
                value,
                stage.Length == 0 ? -1 : IndexOf(stage, _stages, Points.Stages)
            );
            return null;
        }

        private static int IndexOf(string name, Dictionary<string, int> known, List<string> names)
        {
            if (!known.TryGetValue(name, out var index))
            {
                known.Add(name, index = names.Count);
                names.Add(name);
            }

            return index;
        }
    }
}
