using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Why any address refuses a request.</summary>
internal static class RequestSentences
{
    public static readonly Template<long, long> Changed = new(
        "version-conflict.changed",
        "It was changed meanwhile: it is at version {actual}, not {expected}. Read it again and retry.",
        problem: "version-conflict"
    );

    public static readonly Template UnknownVersion = new(
        "version-conflict.unknown-version",
        "If-Match is not an ETag from here. Read the resource again and send the ETag that comes with it.",
        problem: "version-conflict"
    );

    public static readonly Template NoBody = new(
        "bad-request.no-body",
        "This address expects a JSON body.",
        problem: "bad-request"
    );

    public static readonly Template<string> MissingParameter = new(
        "bad-request.missing-parameter",
        "The parameter '{parameter}' is missing.",
        problem: "bad-request"
    );

    public static readonly Template<string, Sentence, string> WrongParameter = new(
        "bad-request.wrong-parameter",
        "The parameter '{parameter}' is {expected}, not '{value}'.",
        problem: "bad-request"
    );

    public static readonly Template<string, Sentence> UnreadableParameter = new(
        "bad-request.unreadable-parameter",
        "The parameter '{parameter}' is {expected}, not what was given.",
        problem: "bad-request"
    );

    public static readonly Template Host = new(
        "bad-request.host",
        "The header Host is not the name or address of a machine.",
        problem: "bad-request"
    );

    public static readonly Template BodyTooLarge = new(
        "bad-request.body-too-large",
        "The body is too large.",
        problem: "bad-request"
    );

    public static readonly Template Broken = new(
        "bad-request.broken",
        "The request is not correct HTTP, or ended too early.",
        problem: "bad-request"
    );

    public static readonly Template Condition = new(
        "version-conflict.condition",
        "It is not what If-Match or If-Unmodified-Since names. Read it again.",
        problem: "version-conflict"
    );

    public static readonly Template Encoding = new(
        "address.unknown-encoding",
        "The charset of the Content-Type is unknown. Send JSON in UTF-8.",
        problem: "address.unsupported-media-type"
    );

    public static readonly Template Compressed = new(
        "address.compressed",
        "JSON may be compressed with gzip, deflate or br, and with one of them only.",
        problem: "address.unsupported-media-type"
    );

    public static readonly Template<string> IdTaken = new(
        "bad-request.id-taken",
        "The id '{id}' has another meaning here; take another one.",
        problem: "id-taken"
    );

    public static readonly Template BrokenCompression = new(
        "bad-request.broken-compression",
        "The body is not compressed as its Content-Encoding says.",
        problem: "bad-request"
    );

    public static readonly Template TwiceEncodedAddress = new(
        "address.encoding",
        "An address must be UTF-8 and encoded once; names with a % before two hexadecimal digits cannot be part of one.",
        problem: "bad-request"
    );

    public static readonly Template<string> Unreadable = new("bad-request", "{message}", problem: "bad-request");

    public static readonly Template<string> UnknownParameter = new(
        "bad-request.unknown-parameter",
        "Unknown parameter. This address accepts {parameters}."
    );

    public static readonly Template<int> WholeNumberUpTo = new(
        "bad-request.whole-number-up-to",
        "a whole number up to {max}"
    );

    public static readonly Template WholeNumber = new("bad-request.whole-number", "a whole number");
    public static readonly Template Number = new("bad-request.number", "a number");
    public static readonly Template Flag = new("bad-request.flag", "'true' or 'false'");
    public static readonly Template<string> Id = new("bad-request.id", "an ID such as {example}");
    public static readonly Template<string> Time = new("bad-request.time", "a time such as {example}");
    public static readonly Template SomethingElse = new("bad-request.something-else", "something else");

    public static readonly Template<string> UnknownField = new(
        "invalid-json.unknown-field",
        "Unknown field '{field}'.",
        problem: "invalid-json"
    );

    public static readonly Template<string> DoubledField = new(
        "invalid-json.doubled-field",
        "The field '{field}' is given twice.",
        problem: "invalid-json"
    );

    public static readonly Template<string> WrongField = new(
        "invalid-json.wrong-field",
        "The field '{field}' has the wrong type, is out of range or is missing something.",
        problem: "invalid-json"
    );

    public static readonly Template<string> MissingField = new(
        "invalid-json.missing-field",
        "The field '{field}' is missing.",
        problem: "invalid-json"
    );

    public static readonly Template OtherJson = new(
        "invalid-json",
        "The body is not the JSON that this address expects.",
        problem: "invalid-json"
    );

    public static readonly Template<string> NoAddress = new(
        "address.not-found",
        "There is nothing at {path}.",
        problem: "address.not-found"
    );

    public static readonly Template<string, string> NoMethod = new(
        "address.method-not-allowed",
        "{path} does not support {method}.",
        problem: "address.method-not-allowed"
    );

    public static readonly Template<string> NoMediaType = new(
        "address.unsupported-media-type",
        "{path} does not accept a body of this Content-Type. Send JSON as application/json.",
        problem: "address.unsupported-media-type"
    );

    public static readonly Template Unavailable = new(
        "unavailable",
        "A part of the platform does not answer at the moment. Nothing was changed; try again.",
        problem: "unavailable"
    );

    public static readonly Template DiskFull = new(
        "unavailable.disk-full",
        "The disk of the database is full. Nothing was changed; free some space and try again.",
        problem: "unavailable"
    );

    public static readonly Template Internal = new(
        "internal",
        "Something went wrong here. The log has the details under this trace ID.",
        problem: "internal"
    );
}
