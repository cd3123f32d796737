using Platform.Contracts.Sentences;

namespace Platform.Nodes;

/// <summary>Why this service refuses a request. Why jobs wait is in <see cref="Placements.SchedulerReasons"/>.</summary>
internal static class NodeSentences
{
    public static readonly Template<Guid> NotFound = new(
        "node.not-found",
        "There is no node '{id}'.",
        problem: "node.not-found"
    );

    public static readonly Template None = new("node.none", "There is no such node.", problem: "node.not-found");

    public static readonly Template<string, int> InUse = new(
        "node.in-use",
        "{node} still holds {attempts:attempt|attempts}. Drain it and wait, or force its removal.",
        problem: "node.in-use"
    );

    public static readonly Template JoinToken = new(
        "node.join-token",
        "This join token is unknown, revoked or expired. Ask for a new one.",
        problem: "node.join-token"
    );

    public static readonly Template<Guid> NoJoinToken = new(
        "join-token.not-found",
        "There is no join token '{id}'.",
        problem: "join-token.not-found"
    );

    public static readonly Template IdTaken = new(
        "node.id-taken",
        "This id is already used by something else. Choose another.",
        problem: "node.id-taken"
    );

    public static readonly Template IdentityInUse = new(
        "node.identity-in-use",
        "Another agent uses this node's identity. If this state folder is a copy, delete its identity.json to join as a new node; after a restart or a move of the machine this clears within seconds.",
        problem: "node.identity-in-use"
    );

    public static readonly Template OtherNode = new(
        "token.other-node",
        "This token does not speak for this node.",
        problem: "token.other-node"
    );

    public static readonly Template BrokerUnavailable = new(
        "node.broker-unavailable",
        "The broker could not be asked to let this node in. The agent tries again.",
        problem: "node.broker-unavailable"
    );

    public static readonly Template AttemptFromOne = new(
        "placement.attempt-from-one",
        "Attempts are counted from 1.",
        problem: "placement.invalid"
    );

    public static readonly Template FiniteResources = new(
        "placement.finite-resources",
        "Resources are finite numbers that are not negative.",
        problem: "placement.invalid"
    );

    public static readonly Template NodeForEachRank = new(
        "placement.node-for-each-rank",
        "A grant has one node for each rank from 0.",
        problem: "placement.invalid"
    );

    public static readonly Template NotRequested = new(
        "placement.not-requested",
        "This attempt has not requested a placement.",
        problem: "placement.not-requested"
    );

    public static readonly Template Missing = new("node.field-missing", "It is missing.");
    public static readonly Template Empty = new("node.field-empty", "It is empty.");
    public static readonly Template<int> Length = new("node.field-length", "At most {max} characters.");
    public static readonly Template OneLine = new("node.field-one-line", "No control characters or line breaks.");
    public static readonly Template<int> Text = new("node.field-text", "A text of at most {max} characters.");
    public static readonly Template<double> UpTo = new("node.field-up-to", "More than 0, at most {max}.");
    public static readonly Template Positive = new("node.field-positive", "More than 0.");
    public static readonly Template NotNegative = new("node.field-not-negative", "Not negative.");
    public static readonly Template Share = new("node.field-share", "Between 0 and 1.");
    public static readonly Template<int> Gpus = new("node.gpus", "A list of at most {max}.");
    public static readonly Template GpuIndex = new("node.gpu-index", "Not negative, and each index once.");
    public static readonly Template<int> Labels = new("node.labels", "At most {max} labels.");

    public static readonly Template<int> LabelValue = new(
        "node.label-value",
        "The value of a label is a text of at most {max} characters."
    );

    public static readonly Template<int> HeldAttempts = new(
        "node.held-attempts",
        "At most {max}, each counted from 1, its ranks from 0."
    );

    public static readonly Template GpuUsage = new(
        "node.gpu-usage",
        "Each with an index, a utilization between 0 and 1, and memory that is not negative."
    );
}
