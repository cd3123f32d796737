using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>The tracking service, in a hurry to find and deliver alerts, and allowed to deliver them to this machine.</summary>
public class AlertHost : TrackingHost
{
    private int _seen;

    /// <summary>Further settings of the mail server.</summary>
    protected virtual IReadOnlyList<string> MailSettings => [];

    public SmtpServer Mail { get; } = SmtpServer.Start();

    protected override IReadOnlyList<string> Settings =>
        [
            "--Tracking:Alerts:EvaluateAfterMilliseconds=20",
            "--Tracking:Alerts:SweepInterval=00:00:00.100",
            "--Tracking:Alerts:FirstRetry=00:00:00.050",
            "--Tracking:Alerts:LongestRetry=00:00:00.100",
            "--Tracking:Alerts:MaxAttempts=4",
            "--Tracking:Alerts:Timeout=00:00:05",
            "--Tracking:Alerts:AllowPrivateAddresses=true",
            "--Tracking:Alerts:Smtp:Host=127.0.0.1",
            $"--Tracking:Alerts:Smtp:Port={Mail.Port}",
            .. MailSettings,
            "--Tracking:Alerts:Smtp:Security=None",
            "--Tracking:Alerts:Smtp:From=platform@example.org",
        ];

    /// <summary>Makes a rule and returns its id.</summary>
    public async Task<string> AddRuleAsync(object rule)
    {
        var created = await SendAsync(HttpMethod.Post, "/api/alerts/rules", rule, HttpStatusCode.Created);
        return created["id"]!.GetValue<string>();
    }

    /// <summary>Adds a webhook.</summary>
    public async Task<(string Id, string Secret)> AddWebhookAsync(string url)
    {
        var created = await SendAsync(
            HttpMethod.Post,
            "/api/alerts/destinations",
            new
            {
                name = "receiver",
                kind = "webhook",
                url,
            },
            HttpStatusCode.Created
        );
        return (created["id"]!.GetValue<string>(), created["secret"]!.GetValue<string>());
    }

    /// <summary>Logs values of a metric, at the steps that follow one.</summary>
    public Task LogValuesAsync(string run, string key, int firstStep, params double[] values) =>
        LogAsync(
            run,
            [
                .. values.Select(
                    (value, index) =>
                        (object)
                            new
                            {
                                key,
                                step = firstStep + index,
                                value = double.IsFinite(value) ? (object)value : $"{value}",
                            }
                ),
            ]
        );

    /// <summary>The alerts of a rule, the newest first.</summary>
    public async Task<JsonArray> AlertsAsync(string rule, string query = "") =>
        (await GetAsync($"/api/alerts?rule={rule}{query}"))["items"]!.AsArray();

    /// <summary>
    /// Waits until a rule has alerts and none fires. What is recorded beside a message that is over anyway may fire for a moment.
    /// </summary>
    public async Task<JsonArray> WaitUntilResolvedAsync(string rule)
    {
        JsonArray last = [];
        await WaitFor.ConditionAsync(
            "alerts that are resolved",
            async () =>
            {
                last = await AlertsAsync(rule);
                return last.Count > 0 && last.All(alert => alert!["state"]!.GetValue<string>() is "resolved");
            },
            describe: () => last.ToJsonString()
        );
        return last;
    }

    /// <summary>Waits until a rule's alerts are in these states, the newest first.</summary>
    public async Task<JsonArray> WaitForAsync(string rule, params string[] states)
    {
        JsonArray? last = null;
        await WaitFor.ConditionAsync(
            $"alerts that are {string.Join(", ", states)}",
            async () =>
            {
                last = await AlertsAsync(rule);
                return last.Select(alert => alert!["state"]!.GetValue<string>()).SequenceEqual(states);
            },
            describe: () => last?.ToJsonString() ?? ""
        );
        return last!;
    }

    /// <summary>Sends a test to a destination.</summary>
    public Task<JsonNode> TestAsync(string destination) =>
        SendAsync(HttpMethod.Post, $"/api/alerts/destinations/{destination}/test", body: null, HttpStatusCode.OK);

    /// <summary>Makes a rule that tells the destination, and a run that it fires for.</summary>
    public async Task<(string Rule, string Run)> FireAsync(string project, string destination)
    {
        var rule = await AddRuleAsync(
            new
            {
                name = "broken",
                project,
                watch = "metric",
                metric = "loss",
                condition = "nan",
                destinations = new[] { destination },
            }
        );
        var run = await CreateRunAsync(project);
        await LogValuesAsync(run, "loss", 1, double.NaN);
        return (rule, run);
    }

    /// <summary>Waits until the deliveries of a rule's newest alert are in these states, the oldest first.</summary>
    public async Task<JsonArray> WaitForDeliveriesAsync(string rule, params string[] states)
    {
        JsonArray? last = null;
        await WaitFor.ConditionAsync(
            $"deliveries that are {string.Join(", ", states)}",
            async () =>
            {
                if (await AlertsAsync(rule) is not [var alert, ..])
                {
                    return false;
                }

                last = (await GetAsync($"/api/alerts/{alert!["id"]}"))["deliveries"]!.AsArray();
                return last.Select(one => one!["state"]!.GetValue<string>()).SequenceEqual(states);
            },
            describe: () => last?.ToJsonString() ?? ""
        );
        return last!;
    }

    /// <summary>Adds a mail destination and returns its id.</summary>
    public async Task<string> AddMailAsync(params string[] recipients)
    {
        var created = await SendAsync(
            HttpMethod.Post,
            "/api/alerts/destinations",
            new
            {
                name = "team",
                kind = "mail",
                recipients,
            },
            HttpStatusCode.Created
        );
        return created["id"]!.GetValue<string>();
    }

    /// <summary>Waits until the service has looked at all points of a run: a rule that fires for anything is its last to look.</summary>
    public async Task WaitUntilSeenAsync(string run, string project)
    {
        var rule = await AddRuleAsync(
            new
            {
                name = "seen",
                project,
                watch = "metric",
                metric = "seen",
                condition = "greater",
                threshold = 0,
            }
        );
        await LogValuesAsync(run, "seen", Interlocked.Increment(ref _seen), 1);
        await WaitForAsync(rule, "firing");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Mail.DisposeAsync();
    }
}
