using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>Sends something to a destination, once.</summary>
internal sealed class DestinationSender(
    DestinationStore destinations,
    WebhookSender webhooks,
    MailSender mails,
    TimeProvider clock
)
{
    public Task<SendOutcome> TestAsync(Destination destination, CancellationToken cancellationToken) =>
        SendAsync(destination, AlertNotice.Test(clock.GetUtcNow()), cancellationToken);

    public async Task<SendOutcome> SendAsync(
        Destination destination,
        AlertNotice notice,
        CancellationToken cancellationToken
    )
    {
        if (destination.Kind is Destination.Mail)
        {
            return await mails.SendAsync(destination.Recipients!, notice, cancellationToken);
        }

        return destinations.SecretOf(destination) is { } secret
            ? await webhooks.SendAsync(destination.Url!, secret, notice, cancellationToken)
            : new SendOutcome(Status: null, AlertSentences.NoSecret, IsFinal: true);
    }
}
