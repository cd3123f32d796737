using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Platform.Tracking.Alerts;

/// <summary>Settings of alerts (configuration section <c>Tracking:Alerts</c>).</summary>
internal sealed class AlertOptions
{
    /// <summary>How long new points wait before rules look at them: what comes meanwhile is looked at together.</summary>
    [Range(10, 60_000)]
    public int EvaluateAfterMilliseconds { get; set; } = 500;

    /// <summary>
    /// How often it is looked for what no new point tells: runs of other replicas, times that are up, alerts whose rule is gone.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether webhooks may go to addresses of private networks, shared ones of providers, and this machine. Link-local addresses and
    /// those where clouds tell machines their secrets are refused all the same.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long a receiver may take for everything, from the first connection to its answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause after the first failure; it doubles with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How often something is tried before it is given up: with the pauses as they are, for about half a day.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 15;

    /// <summary>For how long deliveries that are done with are shown.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepDeliveries { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The mail server; nothing is sent by mail without its host.</summary>
    [ValidateObjectMembers]
    public SmtpOptions Smtp { get; set; } = new();
}

/// <summary>The mail server (<c>Tracking:Alerts:Smtp</c>).</summary>
internal sealed class SmtpOptions
{
    /// <summary>Null when there is none.</summary>
    public string? Host { get; set; }

    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary><c>StartTls</c> (the server must offer it), <c>Tls</c> from the first byte, or <c>None</c>.</summary>
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    /// <summary>Who signs in; nobody when left out.</summary>
    public string? User { get; set; }
    public string? Password { get; set; }

    /// <summary>The sender, such as <c>platform@example.org</c>.</summary>
    public string? From { get; set; }
}

internal enum SmtpSecurity
{
    StartTls,
    Tls,
    None,
}
