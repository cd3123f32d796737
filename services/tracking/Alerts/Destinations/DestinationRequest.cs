using System.Net.Mail;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Destinations;

/// <summary>A destination as it is sent.</summary>
internal sealed record DestinationRequest
{
    public const int MaxName = 120;
    public const int MaxRecipients = 20;
    private const int MaxAddress = 254;
    private static readonly string[] _kinds = [Destination.Webhook, Destination.Mail];

    public required string Name { get; init; }

    /// <summary><c>webhook</c> or <c>mail</c>; it stays what it is.</summary>
    public required string Kind { get; init; }

    /// <summary>A webhook's address.</summary>
    public string? Url { get; init; }

    /// <summary>The addresses of a mail.</summary>
    public IReadOnlyList<string>? Recipients { get; init; }

    /// <summary>Nothing is sent while it is not.</summary>
    public bool Active { get; init; } = true;

    /// <summary>What is wrong with it.</summary>
    public FieldErrors Check(bool allowPrivate)
    {
        var errors = new FieldErrors();
        if (Name.Length > MaxName || !ClientText.IsVisibleLine(Name))
        {
            errors.Add("name", AlertSentences.Name.With(MaxName));
        }

        if (!_kinds.Contains(Kind, StringComparer.Ordinal))
        {
            errors.Add("kind", AlertSentences.OneOf.With(string.Join(", ", _kinds)));
            return errors;
        }

        if (Kind is Destination.Webhook)
        {
            CheckUrl(errors, allowPrivate);
        }
        else if (Recipients is not { Count: >= 1 and <= MaxRecipients } || !Recipients.All(IsMailAddress))
        {
            errors.Add("recipients", AlertSentences.Recipients.With(MaxRecipients));
        }

        if ((Kind is Destination.Webhook && Recipients is not null) || (Kind is Destination.Mail && Url is not null))
        {
            errors.TryAdd(
                Url is null || Kind is Destination.Webhook ? "recipients" : "url",
                AlertSentences.NotTakenHere
            );
        }

        return errors;
    }

    private void CheckUrl(FieldErrors errors, bool allowPrivate)
    {
        if (WebhookAddresses.Read(Url) is not { } url)
        {
            errors.Add("url", AlertSentences.Url.With(WebhookAddresses.MaxUrl));
        }
        else if (!WebhookAddresses.AllowsHost(url, allowPrivate))
        {
            errors.Add("url", AlertSentences.UrlRefused);
        }
    }

    /// <summary>An address alone: no name beside it, nothing that would be another header.</summary>
    private static bool IsMailAddress(string? text) =>
        text is { Length: > 0 and <= MaxAddress }
        && text.All(character => character is > ' ' and < (char)127)
        && MailAddress.TryCreate(text, out var address)
        && string.Equals(address.Address, text, StringComparison.Ordinal)
        && !address.User.StartsWith('"')
        && Uri.CheckHostName(address.Host) is UriHostNameType.Dns;
}
