using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Tracking.Alerts.Firing;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>What a webhook sends.</summary>
/// <param name="Type"><c>alert.fired</c>, <c>alert.resolved</c> or <c>alert.test</c>.</param>
/// <param name="Timestamp">When it happened.</param>
internal sealed record WebhookBody(string Type, DateTimeOffset Timestamp, NoticedAlert Data);

/// <summary>An alert as receivers get it. NaN and the infinities are texts.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record NoticedAlert
{
    public Guid? Id { get; init; }
    public required string State { get; init; }
    public required string Message { get; init; }
    public Guid? RuleId { get; init; }
    public string? RuleName { get; init; }
    public string? Project { get; init; }
    public string? Watch { get; init; }
    public string? Condition { get; init; }
    public string? SubjectId { get; init; }
    public string? SubjectName { get; init; }
    public string? Metric { get; init; }
    public double? Threshold { get; init; }
    public double? Value { get; init; }
    public long? Step { get; init; }
    public DateTimeOffset? FiredAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }
    public double? ResolvedValue { get; init; }
    public long? ResolvedStep { get; init; }
    public string? Cause { get; init; }
}

/// <summary>What is sent of an alert: the same with every try, whatever becomes of the alert meanwhile.</summary>
/// <param name="Id">By which a receiver knows that it has it already.</param>
internal sealed record AlertNotice(string Id, WebhookBody Body)
{
    public static AlertNotice Of(Guid delivery, string change, AlertView alert)
    {
        var resolved = change is "resolved" ? alert : null;
        var data = new NoticedAlert
        {
            Id = alert.Id,
            State = resolved is null ? "firing" : "resolved",
            Message = resolved is null ? alert.Message : AlertSentences.Over.With(alert.Message).Text,
            RuleId = alert.RuleId,
            RuleName = alert.RuleName,
            Project = alert.Project,
            Watch = alert.Watch,
            Condition = alert.Condition,
            SubjectId = alert.SubjectId,
            SubjectName = alert.SubjectName,
            Metric = alert.Metric,
            Threshold = alert.Threshold,
            Value = alert.Value,
            Step = alert.Step,
            FiredAt = alert.FiredAt,
            ResolvedAt = resolved?.ResolvedAt,
            ResolvedValue = resolved?.ResolvedValue,
            ResolvedStep = resolved?.ResolvedStep,
            Cause = resolved?.Cause,
        };
        return new AlertNotice(
            $"msg_{delivery:N}",
            new WebhookBody($"alert.{change}", resolved?.ResolvedAt ?? alert.FiredAt, data)
        );
    }

    public static AlertNotice Test(DateTimeOffset now) =>
        new(
            $"msg_{Guid.CreateVersion7():N}",
            new WebhookBody(
                "alert.test",
                now,
                new NoticedAlert { State = "test", Message = AlertSentences.Test.English }
            )
        );

    /// <summary>The bytes that are signed and sent.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(Body, TrackingJson.Default.WebhookBody);

    /// <summary>The first line of a mail.</summary>
    public string Subject =>
        Body.Data.State switch
        {
            "test" => "[alert] test",
            var state => $"[{state}] {Body.Data.RuleName}: {Body.Data.SubjectName}",
        };

    /// <summary>The text of a mail.</summary>
    public string Text()
    {
        var data = Body.Data;
        var text = new StringBuilder(data.Message).Append('\n');
        foreach (
            var (name, value) in new (string, object?)[]
            {
                ("rule", data.RuleName),
                ("project", data.Project),
                (data.Watch is "metric" ? "run" : data.Watch ?? "", data.SubjectName),
                ("id", data.SubjectId),
                ("step", data.Step),
                ("fired", data.FiredAt?.ToString("u", CultureInfo.InvariantCulture)),
                ("resolved", data.ResolvedAt?.ToString("u", CultureInfo.InvariantCulture)),
                ("because", data.Cause),
                ("alert", data.Id),
            }
        )
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{name}: {value}");
            }
        }

        return text.Append('\n').ToString();
    }
}
