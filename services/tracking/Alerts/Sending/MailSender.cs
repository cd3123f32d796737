using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>Sends mails through the platform's mail server.</summary>
internal sealed class MailSender(IOptions<AlertOptions> options, TimeProvider clock)
{
    public async Task<SendOutcome> SendAsync(
        IReadOnlyList<string> recipients,
        AlertNotice notice,
        CancellationToken cancellationToken
    )
    {
        var smtp = options.Value.Smtp;
        if (smtp.Host is not { Length: > 0 } host || smtp.From is not { Length: > 0 } from)
        {
            return new SendOutcome(Status: null, AlertSentences.NoMailServer, IsFinal: true);
        }

        using var limit = new CancellationTokenSource(options.Value.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var message = MessageOf(from, recipients, notice);
            using var client = new SmtpClient();
            await client.ConnectAsync(host, smtp.Port, OptionsOf(smtp.Security), either.Token);
            if (smtp.User is { Length: > 0 } user)
            {
                await client.AuthenticateAsync(user, smtp.Password ?? "", either.Token);
            }

            await client.SendAsync(message, either.Token);
            await client.DisconnectAsync(quit: true, either.Token);
            return new SendOutcome(Status: null, Error: null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome(Status: null, AlertSentences.TimedOut);
        }
        catch (Exception refused)
            when (refused is CommandException or AuthenticationException or ParseException or NotSupportedException)
        {
            return new SendOutcome(Status: null, AlertSentences.MailRefused);
        }
        catch (Exception away)
            when (away is SocketException or IOException or ProtocolException or SslHandshakeException)
        {
            return new SendOutcome(Status: null, AlertSentences.Unreachable);
        }
    }

    private MimeMessage MessageOf(string from, IReadOnlyList<string> recipients, AlertNotice notice)
    {
        var sender = MailboxAddress.Parse(from);
        var message = new MimeMessage
        {
            Subject = notice.Subject,
            Date = clock.GetUtcNow(),
            // The same with every try: some servers leave out what they have already.
            MessageId = $"{notice.Id}@{sender.Domain}",
            Body = new TextPart("plain") { Text = notice.Text() },
        };
        message.From.Add(sender);
        message.To.AddRange(recipients.Select(MailboxAddress.Parse));
        return message;
    }

    private static SecureSocketOptions OptionsOf(SmtpSecurity security) =>
        security switch
        {
            SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };
}
