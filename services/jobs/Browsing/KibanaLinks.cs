using System.Globalization;
using Microsoft.Extensions.Options;

namespace Platform.Jobs.Browsing;

/// <summary>Addresses of Kibana's pages, with the saved search that <c>infra/elk/setup.sh</c> installs.</summary>
internal sealed class KibanaLinks(IOptions<JobsOptions> options)
{
    private const string LogsOfJobs = "platform-job";

    /// <summary>The last lines of a job are sent a moment after its end.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromMinutes(5);

    private readonly string? _url = options.Value.KibanaUrl?.TrimEnd('/');

    /// <summary>The logs of all attempts of a job; null where there is no Kibana.</summary>
    public string? LogsOf(JobItem job)
    {
        if (string.IsNullOrEmpty(_url))
        {
            return null;
        }

        var to = job.EndedAt is { } ended ? $"'{Time(ended + _late)}'" : "now";
        return $"{_url}/app/discover#/view/{LogsOfJobs}?_g=(time:(from:'{Time(job.SubmittedAt)}',to:{to}))"
            + $"&_a=(query:(language:kuery,query:'platform.job.id:%22{job.Id}%22'))";
    }

    private static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
