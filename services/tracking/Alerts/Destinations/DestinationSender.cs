using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>Sends something to a destination, once.</summary>
internal sealed partial class DestinationSender(
    DestinationStore destinations,
    WebhookSender webhooks,
    MailSender mails,
    TimeProvider clock,
    ILogger<DestinationSender> logger
)
{
    public Task<SendOutcome> TestAsync(Destination destination, CancellationToken cancellationToken) =>
        SendAsync(destination, AlertNotice.Test(clock.GetUtcNow()), cancellationToken);

    /// <summary>Sends it. Whatever goes wrong is an outcome: nobody else's messages wait for this one.</summary>
    public async Task<SendOutcome> SendAsync(
        Destination destination,
        AlertNotice notice,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TrySendAsync(destination, notice, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, destination.Id, exception);
            return new SendOutcome(Status: null, AlertSentences.NotSent);
        }
    }

    private async Task<SendOutcome> TrySendAsync(
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

    [LoggerMessage(1, LogLevel.Warning, "Sending to destination {Destination} failed in a way that is not expected")]
    private static partial void LogFailed(ILogger logger, Guid destination, Exception exception);
}
