using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Platform.Contracts.Sentences;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>Sends mails through the platform's mail server.</summary>
internal sealed class MailSender(IOptions<AlertOptions> options, TimeProvider clock)
{
    /// <summary>The first status by which a server refuses for good.</summary>
    private const int Permanent = 500;

    /// <param name="recipients">Who is to get it; nobody when all others have it and these are no recipients any more.</param>
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

        if (!MailboxAddress.TryParse(from, out var sender))
        {
            return new SendOutcome(Status: null, AlertSentences.NoMailSender);
        }

        if (recipients.Count == 0)
        {
            return new SendOutcome(Status: null, Error: null);
        }

        using var limit = new CancellationTokenSource(options.Value.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var message = MessageOf(sender, recipients, notice);
        using var client = new MailClient();
        try
        {
            await client.ConnectAsync(host, smtp.Port, OptionsOf(smtp.Security), either.Token);
            if (smtp.User is { Length: > 0 } user)
            {
                await SignInAsync(client, user, smtp.Password ?? "", either.Token);
            }

            await client.SendAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome(Status: null, AlertSentences.TimedOut);
        }
        catch (SmtpCommandException refused) when (refused.ErrorCode is not SmtpErrorCode.RecipientNotAccepted)
        {
            return new SendOutcome(Status: null, Refused(refused, smtp), (int)refused.StatusCode >= Permanent);
        }
        catch (Exception failure) when (Reason(failure, smtp) is { } reason)
        {
            return new SendOutcome(Status: null, reason);
        }
        catch (SmtpCommandException)
        {
            // Nobody is accepted: said below.
        }

        await QuitAsync(client, either.Token);
        return Of(client, recipients, smtp);
    }

    private static async Task SignInAsync(
        MailClient client,
        string user,
        string password,
        CancellationToken cancellationToken
    )
    {
        if (!client.Capabilities.HasFlag(SmtpCapabilities.Authentication))
        {
            throw new NoSignInException();
        }

        await client.AuthenticateAsync(user, password, cancellationToken);
    }

    /// <summary>Takes leave. The server has the mail: what happens here must not send it again.</summary>
    private static async Task QuitAsync(MailClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception away)
            when (away is OperationCanceledException or SocketException or IOException or ProtocolException)
        {
            // It is over all the same.
        }
    }

    /// <summary>What became of a mail that nobody, or not everybody, was refused.</summary>
    private static SendOutcome Of(MailClient client, IReadOnlyList<string> recipients, SmtpOptions smtp)
    {
        if (client.Refused is not [var first, ..])
        {
            return new SendOutcome(Status: null, Error: null);
        }

        var refused = client.Refused.Select(one => one.Address).ToList();
        var answer = MailAnswer.Of(first.Response.StatusCode, first.Response.Response, smtp);
        return new SendOutcome(
            Status: null,
            AlertSentences.MailRecipientsRefused.With(string.Join(MailAnswer.Separator, refused), answer),
            IsFinal: client.Refused.All(one => (int)one.Response.StatusCode >= Permanent),
            refused.Count < recipients.Count ? refused : null
        );
    }

    private static Sentence Refused(SmtpCommandException refused, SmtpOptions smtp) =>
        AlertSentences.MailAnswered.With(MailAnswer.Of(refused.StatusCode, refused.Message, smtp));

    /// <summary>Why it could not be sent; null for what nobody has thought of.</summary>
    private static Sentence? Reason(Exception failure, SmtpOptions smtp) =>
        failure switch
        {
            NoSignInException => AlertSentences.MailNoSignIn,
            SslHandshakeException => AlertSentences.MailNotEncrypted,
            AuthenticationException => AlertSentences.MailSignInRefused.With(MailAnswer.Of(failure.Message, smtp)),
            ServiceNotAuthenticatedException => AlertSentences.MailSignInNeeded.With(
                MailAnswer.Of(failure.Message, smtp)
            ),
            NotSupportedException => AlertSentences.MailNotSupported.With(MailAnswer.Of(failure.Message, smtp)),
            SocketException or IOException or ProtocolException => AlertSentences.Unreachable,
            _ => null,
        };

    private MimeMessage MessageOf(MailboxAddress sender, IReadOnlyList<string> recipients, AlertNotice notice)
    {
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

    /// <summary>The server offers no way to sign in.</summary>
    private sealed class NoSignInException() : Exception("The mail server offers no sign-in.");
}
