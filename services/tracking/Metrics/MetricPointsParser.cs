using System.Text.Json;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>
/// Reads <c>{"points":[{"key","step","at","value","stage"}]}</c> directly into columns: with 10,000 points per request,
/// one object per point would cost more than storing the points.
/// </summary>
internal ref struct MetricPointsParser
{
    private const int MaxStageLength = 100;

    private readonly MetricPoints _points = new();
    private readonly int _maxPoints;
    private readonly DateTimeOffset _now;
    private readonly Names _keys;
    private readonly Names _stages;
    private Utf8JsonReader _reader;
    private PointsError? _error;

    private MetricPointsParser(ReadOnlySpan<byte> body, int maxPoints, DateTimeOffset now)
    {
        _reader = new Utf8JsonReader(ClientText.WithoutMark(body));
        _maxPoints = maxPoints;
        _now = now;
        _keys = new Names(_points.Keys);
        _stages = new Names(_points.Stages);
    }

    /// <summary>Reads a body.</summary>
    /// <param name="now">The time of points without one.</param>
    /// <returns>The points, or the first error.</returns>
    public static (MetricPoints? Points, PointsError? Error) Parse(
        ReadOnlySpan<byte> body,
        int maxPoints,
        DateTimeOffset now
    )
    {
        var parser = new MetricPointsParser(body, maxPoints, now);
        try
        {
            parser.ReadBody();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not valid UTF-8 or UTF-16.
            return (null, new PointsError("body", RunSentences.InvalidJson, IsMalformed: true));
        }

        return parser._error is { } error ? (null, error) : (parser._points, null);
    }

    private void ReadBody()
    {
        if (!_reader.Read() || _reader.TokenType is not JsonTokenType.StartObject)
        {
            Fail("body", RunSentences.BodyObject);
            return;
        }

        var seen = false;
        while (_error is null && _reader.Read() && _reader.TokenType is JsonTokenType.PropertyName)
        {
            if (!_reader.ValueTextEquals("points"u8))
            {
                Fail("body", RunSentences.UnknownField.With(ClientText.Brief(_reader.GetString())));
                return;
            }

            if (seen)
            {
                FailDoubled("points", "points");
                return;
            }

            seen = true;
            ReadPoints();
        }

        if (_error is null && !seen)
        {
            Fail("points", RunSentences.NoPoints);
        }

        if (_error is null)
        {
            // Fails when data follows the object.
            _reader.Read();
        }
    }

    private void ReadPoints()
    {
        _reader.Read();
        if (_reader.TokenType is not JsonTokenType.StartArray)
        {
            Fail("points", RunSentences.NoPoints);
            return;
        }

        while (_error is null && _reader.Read() && _reader.TokenType is not JsonTokenType.EndArray)
        {
            if (_points.Count == _maxPoints)
            {
                Fail("points", RunSentences.TooManyPoints.With(_maxPoints));
            }
            else if (_reader.TokenType is not JsonTokenType.StartObject)
            {
                FailPoint("", RunSentences.PointObject);
            }
            else
            {
                ReadPoint();
            }
        }
    }

    private void ReadPoint()
    {
        var key = -1;
        var step = MetricPoints.NoStep;
        var at = _now;
        var value = 0.0;
        var hasValue = false;
        var stage = -1;
        var seen = 0;
        while (_error is null && _reader.Read() && _reader.TokenType is JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals("key"u8) && IsFirst(ref seen, 1, "key"))
            {
                _reader.Read();
                key = ReadName(_keys, ".key", RunRules.MaxKey, RunSentences.Key);
            }
            else if (_reader.ValueTextEquals("step"u8) && IsFirst(ref seen, 2, "step"))
            {
                _reader.Read();
                step = ReadStep();
            }
            else if (_reader.ValueTextEquals("at"u8) && IsFirst(ref seen, 4, "at"))
            {
                _reader.Read();
                at = ReadTime();
            }
            else if (_reader.ValueTextEquals("value"u8) && IsFirst(ref seen, 8, "value"))
            {
                _reader.Read();
                value = ReadValue();
                hasValue = true;
            }
            else if (_reader.ValueTextEquals("stage"u8) && IsFirst(ref seen, 16, "stage"))
            {
                _reader.Read();
                stage =
                    _reader.TokenType is JsonTokenType.Null
                        ? -1
                        : ReadName(_stages, ".stage", MaxStageLength, RunSentences.Stage);
            }
            else
            {
                FailPoint("", RunSentences.UnknownField.With(ClientText.Brief(_reader.GetString())));
            }
        }

        if (_error is not null)
        {
            return;
        }

        if (key < 0)
        {
            FailPoint(".key", RunSentences.PointKey);
        }
        else if (!hasValue)
        {
            FailPoint(".value", RunSentences.PointValue);
        }
        else
        {
            _points.Add(key, step, at, value, stage);
        }
    }

    private int ReadName(Names names, string field, int maxLength, Sentence rule)
    {
        // An escaped character takes at most twelve bytes of JSON: two units of UTF-16.
        if (_reader.TokenType is not JsonTokenType.String || _reader.ValueSpan.Length > maxLength * 12)
        {
            FailPoint(field, rule);
            return -1;
        }

        Span<char> text = stackalloc char[_reader.ValueSpan.Length];
        text = text[.._reader.CopyString(text)];
        var index = names.IndexOf(text, maxLength);
        if (index < 0)
        {
            FailPoint(field, rule);
        }

        return index;
    }

    private long ReadStep()
    {
        if (_reader.TokenType is JsonTokenType.Null)
        {
            return MetricPoints.NoStep;
        }

        if (
            _reader.TokenType is JsonTokenType.Number
            && _reader.TryGetInt64(out var step)
            && step is >= -ClientNumbers.MaxWhole and <= ClientNumbers.MaxWhole
        )
        {
            return step;
        }

        FailPoint(".step", RunSentences.Step);
        return 0;
    }

    private DateTimeOffset ReadTime()
    {
        if (_reader.TokenType is JsonTokenType.Null)
        {
            return _now;
        }

        if (_reader.TokenType is JsonTokenType.String && _reader.TryGetDateTimeOffset(out var at))
        {
            return at;
        }

        FailPoint(".at", RunSentences.Time);
        return default;
    }

    private double ReadValue()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Null:
                return double.NaN;
            case JsonTokenType.Number when _reader.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            case JsonTokenType.String when _reader.ValueTextEquals("NaN"u8):
                return double.NaN;
            case JsonTokenType.String when _reader.ValueTextEquals("Infinity"u8):
                return double.PositiveInfinity;
            case JsonTokenType.String when _reader.ValueTextEquals("-Infinity"u8):
                return double.NegativeInfinity;
            default:
                FailPoint(".value", RunSentences.ValueNumber);
                return 0;
        }
    }

    /// <summary>Whether a point has this field for the first time; the second is an error.</summary>
    private bool IsFirst(ref int seen, int bit, string field)
    {
        if ((seen & bit) != 0)
        {
            FailDoubled($"points[{_points.Count}].{field}", field);
            return false;
        }

        seen |= bit;
        return true;
    }

    private void FailDoubled(string path, string field) =>
        _error ??= new PointsError(path, RunSentences.DoubledField.With(field), IsMalformed: true);

    private void FailPoint(string field, Sentence error) => Fail($"points[{_points.Count}]{field}", error);

    private void Fail(string field, Sentence error) => _error ??= new PointsError(field, error);

    /// <summary>Maps each distinct name to an index, without a string per point.</summary>
    private sealed class Names(List<string> names)
    {
        private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

        /// <summary>-1 when the name is not allowed.</summary>
        public int IndexOf(ReadOnlySpan<char> name, int maxLength)
        {
            var known = _indices.GetAlternateLookup<ReadOnlySpan<char>>();
            if (known.TryGetValue(name, out var index))
            {
                return index;
            }

            var text = name.ToString();
            if (!RunRules.IsText(text, maxLength))
            {
                return -1;
            }

            index = names.Count;
            names.Add(text);
            _indices.Add(text, index);
            return index;
        }
    }
}
