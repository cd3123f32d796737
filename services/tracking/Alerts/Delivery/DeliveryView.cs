using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Delivery;

/// <summary>What became of one message about an alert.</summary>
internal sealed record DeliveryView
{
    public required Guid Id { get; init; }
    public required Guid DestinationId { get; init; }

    /// <summary>Null when the destination was deleted.</summary>
    public required string? DestinationName { get; init; }

    [OneOf("fired", "resolved")]
    public required string Change { get; init; }

    /// <summary><c>failed</c> when it is not tried again.</summary>
    [OneOf("pending", "delivered", "failed")]
    public required string State { get; init; }
    public required int Attempts { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next; null when it is not.</summary>
    public required DateTimeOffset? NextAt { get; init; }
    public required DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>What the receiver of a webhook answered last.</summary>
    public required int? Status { get; init; }

    /// <summary>Why the last try failed, as a text for users.</summary>
    public required string? LastError { get; init; }

    /// <summary>What <see cref="LastError"/> says, for other languages.</summary>
    public required SentenceCode? LastErrorCode { get; init; }
}

/// <summary>Reads deliveries.</summary>
internal sealed class DeliveryReader(TrackingStore store)
{
    private const int Max = 200;

    /// <summary>The deliveries of an alert, oldest first.</summary>
    /// <param name="showsAddresses">Whether errors name mail addresses.</param>
    public async Task<IReadOnlyList<DeliveryView>> OfAlertAsync(
        Guid alertId,
        bool showsAddresses,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select v.id, v.destination_id, d.name, v.change, v.state, v.attempts, v.created_at, v.next_at, v.delivered_at, v.status,
              v.error, v.error_code
            from alert_delivery v left join alert_destination d on d.id = v.destination_id
            where v.alert_id = $1 order by v.created_at, v.id limit {Max}
            """
        );
        command.Parameters.Add(new() { Value = alertId });
        var views = new List<DeliveryView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var error = Sentence.Of(
                reader.TextOrNull("error"),
                await reader.IsDBNullAsync(11, cancellationToken)
                    ? null
                    : SentenceCode.FromJson(await reader.GetFieldValueAsync<byte[]>(11, cancellationToken))
            );
            if (!showsAddresses)
            {
                error = MailAnswer.WithoutAddresses(error);
            }

            views.Add(
                new DeliveryView
                {
                    Id = reader.Value<Guid>("id"),
                    DestinationId = reader.Value<Guid>("destination_id"),
                    DestinationName = reader.TextOrNull("name"),
                    Change = reader.Value<string>("change"),
                    State = reader.Value<string>("state"),
                    Attempts = reader.Value<int>("attempts"),
                    CreatedAt = reader.Value<DateTimeOffset>("created_at"),
                    NextAt = reader.ValueOrNull<DateTimeOffset>("next_at"),
                    DeliveredAt = reader.ValueOrNull<DateTimeOffset>("delivered_at"),
                    Status = reader.ValueOrNull<int>("status"),
                    LastError = error?.Text,
                    LastErrorCode = error?.Code,
                }
            );
        }

        return views;
    }
}
