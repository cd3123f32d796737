using Microsoft.Extensions.Options;

namespace Platform.ElasticLogs;

/// <summary>Where log documents are sent (configuration section <c>Elasticsearch</c>); nowhere while <see cref="Url"/> is empty.</summary>
public sealed class ElasticsearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Elasticsearch";

    /// <summary>The address, such as <c>https://elasticsearch:9200</c>; empty sends nothing.</summary>
    public string Url { get; set; } = "";

    /// <summary>An API key in its encoded form, with the privilege <c>create_doc</c> on <c>logs-platform.*</c>.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>A user in place of an API key.</summary>
    public string Username { get; set; } = "";

    /// <summary>The user's password.</summary>
    public string Password { get; set; } = "";

    /// <summary>The last part of the names of the data streams: <c>logs-platform.service-default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>Where service logs wait while they cannot be sent.</summary>
    public string SpoolFolder { get; set; } = "";

    /// <summary>How much may wait there for each process; beyond that the oldest are dropped.</summary>
    public int SpoolMegabytes { get; set; } = 256;

    /// <summary>The SHA-256 fingerprint, in hexadecimal digits, of a certificate that no authority of this machine has signed.</summary>
    public string CertificateFingerprint { get; set; } = "";

    /// <summary>How long log lines are gathered before they are sent.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after documents could not be sent; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after documents could not be sent.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether anything is sent.</summary>
    public bool IsOn => Url.Length > 0;

    /// <summary>The data stream of a dataset: <c>logs-platform.job-default</c> of <c>job</c>.</summary>
    public string StreamOf(string dataset) => $"logs-platform.{dataset}-{Namespace}";

    private static bool IsNamespace(string name) =>
        name.Length is > 0 and <= 100
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '.');

    private static bool IsFingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit);
    }

    /// <summary>Says what is wrong without saying any secret.</summary>
    internal sealed class Validation : IValidateOptions<ElasticsearchOptions>
    {
        public ValidateOptionsResult Validate(string? name, ElasticsearchOptions options)
        {
            if (!options.IsOn)
            {
                return ValidateOptionsResult.Skip;
            }

            var failures = Failures(options).ToList();
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static IEnumerable<string> Failures(ElasticsearchOptions options)
        {
            if (
                !Uri.TryCreate(options.Url, UriKind.Absolute, out var url)
                || url.Scheme is not ("http" or "https")
                || url.UserInfo.Length > 0
                || url.Query.Length > 0
            )
            {
                yield return "Elasticsearch:Url must be an http or https address without a user, such as https://elasticsearch:9200.";
            }

            if (options.ApiKey.Length > 0 && options.Username.Length > 0)
            {
                yield return "Elasticsearch:ApiKey and Elasticsearch:Username exclude each other.";
            }

            if ((options.Username.Length > 0) != (options.Password.Length > 0))
            {
                yield return "Elasticsearch:Username and Elasticsearch:Password are needed together.";
            }

            if (!IsNamespace(options.Namespace))
            {
                yield return "Elasticsearch:Namespace must have up to 100 lower-case letters, digits, '_' or '.'.";
            }

            if (options.SpoolFolder.Length == 0)
            {
                yield return "Elasticsearch:SpoolFolder is needed: the folder where log lines wait while Elasticsearch is away.";
            }

            if (options.SpoolMegabytes is < 1 or > 1024 * 1024)
            {
                yield return "Elasticsearch:SpoolMegabytes must be from 1 to 1048576.";
            }

            if (options.CertificateFingerprint.Length > 0 && !IsFingerprint(options.CertificateFingerprint))
            {
                yield return "Elasticsearch:CertificateFingerprint must be the 64 hexadecimal digits of a SHA-256 fingerprint.";
            }

            if (
                options.FlushInterval <= TimeSpan.Zero
                || options.RequestTimeout <= TimeSpan.Zero
                || options.FirstPause <= TimeSpan.Zero
            )
            {
                yield return "Elasticsearch:FlushInterval, RequestTimeout and FirstPause must be more than 0.";
            }
        }
    }
}
