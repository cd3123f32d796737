using Platform.Contracts.Sentences;

namespace Platform.Gateway;

/// <summary>Why the gateway refuses a request, and what is wrong with users, tokens and projects.</summary>
internal static class GatewaySentences
{
    private const string RoleRule = "'viewer', 'editor' or 'administrator'";

    public static readonly Template<string> NoProblem = new(
        "problem.not-found",
        "There is no problem '{code}'.",
        problem: "problem.not-found"
    );

    public static readonly Template<string> ForeignHost = new(
        "gateway.foreign-host",
        "This platform listens on this machine only and does not answer to '{host}'. Use http://localhost.",
        problem: "gateway.foreign-host"
    );

    public static readonly Template<string> ForeignOrigin = new(
        "gateway.foreign-origin",
        "Pages of '{origin}' may not change anything here.",
        problem: "gateway.foreign-origin"
    );

    public static readonly Template TooManyJoins = new(
        "gateway.too-many-joins",
        "Too many nodes try to join from this address. Try again later.",
        problem: "gateway.too-many-joins"
    );

    public static readonly Template<string?> ServiceUnavailable = new(
        "gateway.service-unavailable",
        "The service '{service}' does not answer at the moment. Try again.",
        problem: "gateway.service-unavailable"
    );

    public static readonly Template<string?> ServiceSlow = new(
        "gateway.service-slow",
        "The service '{service}' did not answer in time.",
        problem: "gateway.service-slow"
    );

    public static readonly Template<string> Unavailable = new(
        "gateway.database-unavailable",
        "{message}",
        problem: "unavailable"
    );

    public static readonly Template<string> NoProject = new(
        "project.not-found",
        "There is no project '{project}'.",
        problem: "project.not-found"
    );

    public static readonly Template NoSuchProject = new(
        "project.none",
        "There is no such project.",
        problem: "project.not-found"
    );

    public static readonly Template<string> ProjectExists = new(
        "project.exists",
        "Project '{project}' already exists.",
        problem: "project.exists"
    );

    public static readonly Template<Guid> NoToken = new(
        "token.not-found",
        "There is no token '{id}'.",
        problem: "token.not-found"
    );

    public static readonly Template NoSuchToken = new(
        "token.none",
        "There is no such token.",
        problem: "token.not-found"
    );

    public static readonly Template TokenExists = new(
        "token.exists",
        "A token with this ID already exists.",
        problem: "token.exists"
    );

    public static readonly Template TokensOfOthers = new(
        "token.of-others",
        "Only administrators can create tokens for other users.",
        problem: "gateway.not-allowed"
    );

    public static readonly Template<string> HigherThanYours = new(
        "token.higher-than-yours",
        "Your own role is {role}; a token that you create can have no higher one.",
        problem: "gateway.not-allowed"
    );

    public static readonly Template<string> NoUser = new(
        "user.not-found",
        "There is no user '{user}'.",
        problem: "user.not-found"
    );

    public static readonly Template NoSuchUser = new("user.none", "There is no such user.", problem: "user.not-found");

    public static readonly Template<string> UserExists = new(
        "user.exists",
        "User '{user}' already exists.",
        problem: "user.exists"
    );

    public static readonly Template UserDisabled = new(
        "user.disabled",
        "This user is disabled and cannot use tokens. Enable the user first.",
        problem: "user.disabled"
    );

    public static readonly Template LastAdministrator = new(
        "user.last-administrator",
        "This is the last administrator who may sign in. Make another user administrator first, or do this on the platform's own machine: platform users.",
        problem: "user.last-administrator"
    );

    public static readonly Template Role = new("user.role", $"Must be {RoleRule}.");

    public static readonly Template RoleOfNewUser = new("user.role-of-new", $"Give the new user's role: {RoleRule}.");

    public static readonly Template UserName = new(
        "user.name",
        "Must be 1 to 100 letters (A-Z, a-z), digits, spaces or . _ @ -, starting and ending with a letter or digit."
    );

    public static readonly Template UserNameMe = new(
        "user.name-me",
        "'me' stands for whoever asks; choose another name."
    );

    public static readonly Template UserNameLocal = new(
        "user.name-local",
        "'local' stands for whoever uses the platform without a token on its machine; choose another name."
    );

    public static readonly Template<int> RetentionDays = new(
        "project.retention-days",
        "Must be 1 to {max} days; leave it out to keep everything."
    );

    public static readonly Template WhoseToken = new(
        "token.whose",
        "Say whose token it is: nobody is signed in for this request."
    );

    public static readonly Template<int> TokenExpiry = new(
        "token.expiry",
        "Must be a duration such as 30d, 12h or 45m, a date such as 2031-12-31 (its end in UTC), or a time such as 2031-12-31T18:00:00Z; in the future, at most {max} days ahead."
    );

    public static readonly Template RoleOrScope = new("token.role-or-scope", "Give the role or the scope, not both.");

    public static readonly Template Scope = new("token.scope", "Must be 'admin', 'editor' or 'read'.");

    public static readonly Template TokenName = new(
        "token.name",
        "Must be 1 to 100 letters, digits, spaces or . _ @ -, starting with a letter or digit."
    );

    public static readonly Template<string> TokenForNobody = new(
        "token.for-nobody",
        "There is no user '{user}'. Add one with: platform users add NAME --role ROLE"
    );

    public static readonly Template<string, string> HigherThanUser = new(
        "token.higher-than-user",
        "{user} is {role}; a token can have no higher role than its user."
    );

    public static readonly Template<string> Usage = new("gateway.usage", "{usage}");
}
