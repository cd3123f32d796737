using System.ComponentModel.DataAnnotations;

namespace Platform.Jobs;

/// <summary>Settings of jobs (configuration section <c>Jobs</c>). The defaults suit most installations.</summary>
internal sealed class JobsOptions
{
    /// <summary>
    /// The interval of the search for jobs whose saga has fallen behind, and how long a saga may lag.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan ResumeInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// At start, jobs that changed within this time before the last change of any job are published again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ResumeChanged { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the placements that are waited for are confirmed, besides at start.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan ConfirmInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The first wait of a saga for an answer; it doubles up to <see cref="LongestWait"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for an answer, and how often the placement of a running job is confirmed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a settled saga is kept, so that late messages find it: longer than a broker redelivers.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan KeepSettled { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a job's token is valid beyond the job's time limit.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a deleted job stays in the recycle bin before it is purged.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepDeleted { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a repeated submission with the same <c>Idempotency-Key</c> finds the job of the first one.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepKeys { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often it is looked for what is kept no longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the logs of followed jobs are polled for what another replica stored.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan LogPollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often an idle follower gets a comment, so that proxies keep the connection open.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LogKeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether log lines are indexed for searches; without, searches read the newest lines only.</summary>
    public bool IndexLogs { get; set; } = true;

    /// <summary>How often it is looked for log lines that are to be indexed for searches.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan LogIndexInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a search of logs may take before it answers with what it found until then.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan LogSearchTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Where users reach Kibana, such as <c>https://kibana.example</c>, with its base path; pages of jobs link to it.</summary>
    [RegularExpression(
        "^https?://[^/?#@\\s]+(/[^?#\\s]*)?$",
        ErrorMessage = "Jobs:KibanaUrl must be an http or https address without a user, such as https://kibana.example."
    )]
    public string? KibanaUrl { get; set; }
}
