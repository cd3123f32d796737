using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailKit.Net.Smtp;
using Platform.Contracts.Sentences;

namespace Platform.Tracking.Alerts.Sending;

/// <summary>What a mail server said, as users may see it: one short line without the platform's password.</summary>
internal static partial class MailAnswer
{
    private const int MaxLength = 300;

    /// <summary>What is between the recipients that were refused.</summary>
    public const string Separator = ", ";

    public static string Of(SmtpStatusCode status, string? text, SmtpOptions smtp) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"{(int)status} {text}"), smtp);

    public static string Of(string? text, SmtpOptions smtp)
    {
        var line = new StringBuilder();
        foreach (var rune in Without(smtp, text ?? "").EnumerateRunes())
        {
            var isShown =
                !Rune.IsControl(rune)
                && Rune.GetUnicodeCategory(rune)
                    is not (
                        UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                    );
            line.Append(isShown ? rune.ToString() : " ");
            if (line.Length >= MaxLength)
            {
                line.Append('…');
                break;
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>Why something was not delivered, for those who may not see the addresses: servers repeat them in their answers.</summary>
    public static Sentence? WithoutAddresses(Sentence? error)
    {
        if (error?.Code?.Args is not { } args)
        {
            return error;
        }

        return error.Code.Code == AlertSentences.MailRecipientsRefused.Code
            ? AlertSentences.MailCountRefused.With(args["recipients"].Split(Separator).Length)
            : error with
            {
                Text = WithoutAddresses(error.Text),
                Code = error.Code with
                {
                    Args = args.ToDictionary(
                        arg => arg.Key,
                        arg => WithoutAddresses(arg.Value),
                        StringComparer.Ordinal
                    ),
                },
            };
    }

    private static string WithoutAddresses(string text) => Address().Replace(text, "…");

    /// <summary>Some servers repeat the line they do not understand.</summary>
    private static string Without(SmtpOptions smtp, string text)
    {
        if (smtp.Password is not { Length: > 0 } password)
        {
            return text;
        }

        string[] secrets = [password, Base64(password), Base64($"\0{smtp.User}\0{password}")];
        return secrets.Aggregate(text, (all, secret) => all.Replace(secret, "***", StringComparison.Ordinal));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("""[^\s<>"]+@[^\s<>"]+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
