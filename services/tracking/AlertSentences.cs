using Platform.Contracts.Sentences;

namespace Platform.Tracking;

/// <summary>What alerts say, and why requests about them are refused.</summary>
internal static class AlertSentences
{
    public static readonly Template<string> NotFound = new(
        "alert.not-found",
        "There is no alert '{id}'.",
        problem: "alert.not-found"
    );

    public static readonly Template<string> RuleNotFound = new(
        "alert.rule-not-found",
        "There is no alert rule '{id}'.",
        problem: "alert.rule-not-found"
    );

    public static readonly Template NoRule = new(
        "alert.no-rule",
        "There is no such alert rule.",
        problem: "alert.rule-not-found"
    );

    public static readonly Template<string> DestinationNotFound = new(
        "alert.destination-not-found",
        "There is no destination '{id}'.",
        problem: "alert.destination-not-found"
    );

    public static readonly Template AdministratorsOnly = new(
        "alert.administrators-only",
        "Only administrators can make and change rules about nodes.",
        problem: "alert.administrators-only"
    );

    public static readonly Template<int> TooManyRules = new(
        "alert.too-many-rules",
        "There can be at most {max} alert rules. Delete one first.",
        problem: "alert.too-many"
    );

    public static readonly Template<int> TooManyDestinations = new(
        "alert.too-many-destinations",
        "There can be at most {max} destinations. Delete one first.",
        problem: "alert.too-many"
    );

    public static readonly Template<string> DestinationInUse = new(
        "alert.destination-in-use",
        "The destination is named by these rules: {rules}. Remove it from them first.",
        problem: "alert.destination-in-use"
    );

    public static readonly Template MailHasNoSecret = new(
        "alert.mail-has-no-secret",
        "Mails are not signed: only a webhook has a secret.",
        problem: "alert.mail-has-no-secret"
    );

    public static readonly Template<int> Name = new("alert.name", "Must be one visible line of 1 to {max} characters.");

    public static readonly Template<string> OneOf = new("alert.one-of", "Must be one of {allowed}.");

    public static readonly Template Number = new("alert.number", "Must be a finite number.");

    public static readonly Template Positive = new("alert.positive", "Must be a number above 0.");

    public static readonly Template NotNegative = new("alert.not-negative", "Must be 0 or a number above 0.");

    public static readonly Template<int, int> Count = new("alert.count", "Must be {min} to {max}.");

    public static readonly Template NotTaken = new("alert.not-taken", "This condition does not take it; leave it out.");

    public static readonly Template NotTakenHere = new(
        "alert.not-taken-here",
        "A webhook has an address (url), a mail has recipients; leave out the other."
    );

    public static readonly Template PointsOrSeconds = new(
        "alert.points-or-seconds",
        "Say for how many points, or for how many seconds, there may be no progress."
    );

    public static readonly Template<int> Filter = new("alert.filter", "Must be a filter of 1 to {max} characters.");

    public static readonly Template<int> Destinations = new(
        "alert.destinations",
        "Must be at most {max} destinations, each once."
    );

    public static readonly Template<string> UnknownDestination = new(
        "alert.unknown-destination",
        "There are no such destinations: {ids}."
    );

    public static readonly Template<int> Recipients = new(
        "alert.recipients",
        "Must be 1 to {max} mail addresses such as anna@example.org."
    );

    public static readonly Template<int> Url = new(
        "alert.url",
        "Must be an http or https address of at most {max} characters, without user, password and fragment."
    );

    public static readonly Template UrlRefused = new(
        "alert.url-refused",
        "Webhooks may not go to this address: it is link-local, of a metadata service, or of a private network that the platform's settings do not allow."
    );

    public static readonly Template RuleId = new("alert.rule-id", "Must be the id of a rule.");

    public static readonly Template<string> Dismissed = new("alert.dismissed", "Must be one of {allowed}.");

    // What happened.

    public static readonly Template<string, string, string, string> Greater = new(
        "alert.says-greater",
        "{metric} is {value} at step {step}, above {threshold}."
    );

    public static readonly Template<string, string, string, string> Less = new(
        "alert.says-less",
        "{metric} is {value} at step {step}, below {threshold}."
    );

    public static readonly Template<string, string> NaN = new(
        "alert.says-nan",
        "{metric} is not a number (NaN) at step {step}."
    );

    public static readonly Template<string, string, string> Infinity = new(
        "alert.says-infinity",
        "{metric} is {value} at step {step}."
    );

    public static readonly Template<string, string, string, string> ZScore = new(
        "alert.says-z-score",
        "{metric} is {value} at step {step}, more than {threshold} standard deviations from the points before."
    );

    public static readonly Template<string, string> NoProgress = new(
        "alert.says-no-progress",
        "{metric} has not got better up to step {step}."
    );

    public static readonly Template<string, int> NoProgressFor = new(
        "alert.says-no-progress-for",
        "{metric} has not got better for {seconds} s."
    );

    public static readonly Template<string> JobFailed = new("alert.says-job-failed", "Job {name} has failed.");

    public static readonly Template<string, int> JobWaiting = new(
        "alert.says-job-waiting",
        "Job {name} has been waiting for more than {seconds} s."
    );

    public static readonly Template<string, int> JobRunning = new(
        "alert.says-job-running",
        "Job {name} has been running for more than {seconds} s."
    );

    public static readonly Template<string> JobLost = new(
        "alert.says-job-lost",
        "Job {name} was lost: its node stopped answering."
    );

    public static readonly Template<string> NodeLost = new("alert.says-node-lost", "Node {name} stopped answering.");

    public static readonly Template Test = new("alert.says-test", "This is a test: alerts arrive here.");

    public static readonly Template<string> Over = new("alert.says-over", "The alert is over. It was: {message}");

    // Why something could not be delivered.

    public static readonly Template Refused = new(
        "alert.delivery-refused",
        "The address is refused: it is link-local, of a metadata service, or of a private network that the platform's settings do not allow."
    );

    public static readonly Template<int> Status = new(
        "alert.delivery-status",
        "The receiver answered with status {status}."
    );

    public static readonly Template Redirects = new(
        "alert.delivery-redirects",
        "The receiver redirects too often, or to where nothing can be sent."
    );

    public static readonly Template<int> RedirectNotFollowed = new(
        "alert.delivery-redirect-not-followed",
        "The receiver redirects with status {status}; only 307 and 308 are followed."
    );

    public static readonly Template TimedOut = new("alert.delivery-timed-out", "The receiver did not answer in time.");

    public static readonly Template Unreachable = new("alert.delivery-unreachable", "The receiver cannot be reached.");

    public static readonly Template NoMailServer = new(
        "alert.delivery-no-mail-server",
        "The platform has no mail server: set Tracking:Alerts:Smtp."
    );

    public static readonly Template NoMailSender = new(
        "alert.delivery-no-mail-sender",
        "The platform's sender is no mail address: set Tracking:Alerts:Smtp:From."
    );

    public static readonly Template<string> MailAnswered = new(
        "alert.delivery-mail-answered",
        "The mail server refused the mail: {answer}"
    );

    public static readonly Template<string, string> MailRecipientsRefused = new(
        "alert.delivery-mail-recipients-refused",
        "The mail server refused {recipients}: {answer}"
    );

    /// <summary>To those who do not see the addresses of destinations.</summary>
    public static readonly Template<int> MailCountRefused = new(
        "alert.delivery-mail-count-refused",
        "The mail server refused {count:recipient|recipients}. Editors see which."
    );

    public static readonly Template<string> MailSignInRefused = new(
        "alert.delivery-mail-sign-in-refused",
        "The mail server refused the sign-in (Tracking:Alerts:Smtp:User and Password): {answer}"
    );

    public static readonly Template<string> MailSignInNeeded = new(
        "alert.delivery-mail-sign-in-needed",
        "The mail server wants a sign-in: set Tracking:Alerts:Smtp:User and Password. It answered: {answer}"
    );

    public static readonly Template MailNoSignIn = new(
        "alert.delivery-mail-no-sign-in",
        "The mail server offers no sign-in (AUTH) with this port and security: change Tracking:Alerts:Smtp, or leave out its User."
    );

    public static readonly Template MailNotEncrypted = new(
        "alert.delivery-mail-not-encrypted",
        "There is no encrypted connection to the mail server: its certificate is not trusted, or it does not use TLS at this port."
    );

    public static readonly Template<string> MailNotSupported = new(
        "alert.delivery-mail-not-supported",
        "The mail server does not offer what Tracking:Alerts:Smtp asks for: {answer}"
    );

    /// <summary>Said by earlier builds; deliveries that were stored name it.</summary>
    public static readonly Template MailRefused = new(
        "alert.delivery-mail-refused",
        "The mail server refused the mail."
    );

    public static readonly Template NotSent = new(
        "alert.delivery-not-sent",
        "It could not be sent, for a reason that the platform does not expect; the tracking service's log says more."
    );

    public static readonly Template<int> NoAnswer = new(
        "alert.delivery-no-outcome",
        "It was tried {attempts} times, and nobody knows with what outcome: the service ended meanwhile."
    );

    public static readonly Template NoDestination = new(
        "alert.delivery-no-destination",
        "The destination was deleted, or nothing is sent to it now."
    );

    public static readonly Template NoSecret = new(
        "alert.delivery-no-secret",
        "The secret can no longer be read, as the platform's key was replaced. Rotate it."
    );
}
