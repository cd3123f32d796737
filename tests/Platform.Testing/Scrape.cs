using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Platform.Testing;

/// <summary>What <c>GET /metrics</c> answered, read as strictly as OpenMetrics 1.0 asks for.</summary>
public sealed partial class Scrape
{
    private static readonly Dictionary<string, string[]> _suffixes = new(StringComparer.Ordinal)
    {
        ["gauge"] = [""],
        ["counter"] = ["_total", "_created"],
        ["histogram"] = ["_bucket", "_sum", "_count", "_created"],
        ["info"] = ["_info"],
    };

    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);
    private readonly string _text;
    private string _family = "";

    private Scrape(string text)
    {
        _text = text;
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n')[..^2])
        {
            if (line.StartsWith('#'))
            {
                ReadMetadata(line);
            }
            else
            {
                ReadSample(line);
            }
        }
    }

    /// <summary>The families of metrics with their types.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Asks as Prometheus does.</summary>
    public static async Task<Scrape> OfAsync(HttpClient client, Uri address)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0");
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{address} answered {(int)response.StatusCode}: {text}");
        Assert.Equal("application/openmetrics-text", response.Content.Headers.ContentType?.MediaType);
        return new Scrape(text);
    }

    /// <summary>The value of the only series of that name that has all these labels; null when there is none.</summary>
    public double? Value(string name, params IReadOnlyList<(string Label, string Value)> labels)
    {
        var found = _samples
            .Where(sample =>
                sample.Key.StartsWith($"{name}{{", StringComparison.Ordinal)
                && labels.All(label =>
                    sample.Key.Contains($"{label.Label}=\"{label.Value}\"", StringComparison.Ordinal)
                )
            )
            .ToList();
        Assert.True(found.Count <= 1, $"{name} is ambiguous: {string.Join(' ', found.Select(sample => sample.Key))}");
        return found is [var only] ? only.Value : null;
    }

    /// <inheritdoc />
    public override string ToString() => _text;

    private void ReadMetadata(string line)
    {
        if (line.Split(' ', 4) is [_, "TYPE", var name, var type])
        {
            Assert.True(_suffixes.ContainsKey(type), $"No such type: {line}");
            Assert.True(_types.TryAdd(name, type), $"A family comes twice: {line}");
            _family = name;
        }
        else if (line.Split(' ', 4) is [_, "UNIT", var named, var unit])
        {
            Assert.EndsWith($"_{unit}", named, StringComparison.Ordinal);
        }
        else
        {
            Assert.StartsWith($"# HELP {_family} ", line, StringComparison.Ordinal);
        }
    }

    private void ReadSample(string line)
    {
        var match = Sample().Match(line);
        Assert.True(match.Success, $"Not a sample: {line}");
        var name = match.Groups["name"].Value;
        Assert.True(
            _types.TryGetValue(_family, out var type)
                && _suffixes[type].Any(suffix => string.Equals(name, _family + suffix, StringComparison.Ordinal)),
            $"Not a sample of the {type} {_family}: {line}"
        );
        var value = match.Groups["value"].Value;
        Assert.True(
            _samples.TryAdd(
                match.Groups["series"].Value,
                value is "+Inf" ? double.PositiveInfinity : double.Parse(value, CultureInfo.InvariantCulture)
            ),
            $"A series comes twice: {line}"
        );
    }

    [GeneratedRegex(
        """^(?<series>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*\})?) (?<value>\S+)( # .*)?$""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Sample();
}
