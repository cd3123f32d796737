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
        "This ID is already used by something else. Choose another.",
        problem: "node.id-taken"
    );

    public static readonly Template IdentityInUse = new(
        "node.identity-in-use",
        "Another agent uses this node's identity. If this state folder is a copy, delete its identity.json to join as a new node; after a restart or a move of the machine this clears within seconds.",
        problem: "node.identity-in-use"
    );

    public static readonly Template OtherNode = new(
        "token.other-node",
        "This token belongs to another node.",
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
        "Resources must be finite numbers that are not negative.",
        problem: "placement.invalid"
    );

    public static readonly Template NodeForEachRank = new(
        "placement.node-for-each-rank",
        "A grant must have one node for each rank from 0.",
        problem: "placement.invalid"
    );

    public static readonly Template NotRequested = new(
        "placement.not-requested",
        "This attempt has not requested a placement.",
        problem: "placement.not-requested"
    );

    public static readonly Template Missing = new("node.field-missing", "Is required.");
    public static readonly Template Empty = new("node.field-empty", "Must not be empty.");
    public static readonly Template<int> Length = new("node.field-length", "Must be at most {max} characters.");
    public static readonly Template OneLine = new(
        "node.field-one-line",
        "Must not have control characters or line breaks."
    );
    public static readonly Template<int> Text = new("node.field-text", "Must be at most {max} characters.");
    public static readonly Template<double> UpTo = new("node.field-up-to", "Must be more than 0 and at most {max}.");
    public static readonly Template Positive = new("node.field-positive", "Must be more than 0.");
    public static readonly Template NotNegative = new("node.field-not-negative", "Must not be negative.");
    public static readonly Template Percent = new("node.field-percent", "Must be between 0 and 100.");
    public static readonly Template Share = new("node.field-share", "Must be between 0 and 1.");
    public static readonly Template<int> Gpus = new("node.gpus", "Must be a list of at most {max}.");
    public static readonly Template GpuIndex = new(
        "node.gpu-index",
        "Must not be negative, and each index must occur once."
    );
    public static readonly Template<int> Labels = new("node.labels", "Must be at most {max} labels.");

    public static readonly Template<int> LabelValue = new(
        "node.label-value",
        "The value of a label must be at most {max} characters."
    );

    public static readonly Template<int> HeldAttempts = new(
        "node.held-attempts",
        "Must be at most {max} attempts, counted from 1, with ranks from 0."
    );

    public static readonly Template GpuUsage = new(
        "node.gpu-usage",
        "Must have an index, a utilization between 0 and 1, and memory that is not negative."
    );
}
