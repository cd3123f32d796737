using MailKit.Net.Smtp;
using MimeKit;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>Sends a mail to those of its recipients that the server accepts, and remembers the others.</summary>
internal sealed class MailClient : SmtpClient
{
    private readonly List<(string Address, SmtpResponse Response)> _refused = [];

    /// <summary>Whom the server refused, with what it said.</summary>
    public IReadOnlyList<(string Address, SmtpResponse Response)> Refused => _refused;

    /// <inheritdoc />
    protected override void OnRecipientNotAccepted(
        MimeMessage message,
        MailboxAddress mailbox,
        SmtpResponse response
    ) => _refused.Add((mailbox.Address, response));

    /// <inheritdoc />
    protected override void OnNoRecipientsAccepted(MimeMessage message) =>
        throw new SmtpCommandException(
            SmtpErrorCode.RecipientNotAccepted,
            _refused[0].Response.StatusCode,
            _refused[0].Response.Response
        );
}
