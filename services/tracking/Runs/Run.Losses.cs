using System.Collections.Immutable;
using Platform.Contracts.Sentences;

namespace Platform.Tracking.Runs;

/// <summary>What a process of the training logged and an SDK could not store as it was.</summary>
/// <param name="Refused">How many values are not stored.</param>
/// <param name="Cut">How many were changed so that they can be, as texts that were too long.</param>
/// <param name="Notices">What the SDK said about the first of them.</param>
internal sealed record RunLosses(long Refused, long Cut, IReadOnlyList<string> Notices)
{
    public static readonly RunLosses None = new(0, 0, []);

    /// <summary>So that sums stay numbers that every reader of JSON keeps.</summary>
    public const long MaxCount = 1_000_000_000_000;
    public const int MaxNotices = 20;
    public const int MaxNotice = 500;

    /// <summary>The losses of several processes.</summary>
    public static RunLosses? Sum(IReadOnlyCollection<RunLosses> losses) =>
        losses.Count == 0
            ? null
            : new RunLosses(
                losses.Sum(one => one.Refused),
                losses.Sum(one => one.Cut),
                [
                    .. losses
                        .SelectMany(one => one.Notices)
                        .Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal)
                        .Take(MaxNotices),
                ]
            );

    public bool Equals(RunLosses? other) =>
        other is not null
        && Refused == other.Refused
        && Cut == other.Cut
        && Notices.SequenceEqual(other.Notices, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Refused, Cut);

    /// <summary>What is wrong with losses that a client reports; null when nothing is.</summary>
    public Sentence? Problem() =>
        Notices is null
        || Refused < 0
        || Refused > MaxCount
        || Cut < 0
        || Cut > MaxCount
        || Notices.Count > MaxNotices
        || Notices.Any(notice => notice is null || !RunRules.IsText(notice, MaxNotice))
            ? RunSentences.Losses.With(MaxCount, MaxNotices, MaxNotice)
            : null;
}

/// <summary>What a process has lost so far: it replaces what the same process reported before.</summary>
/// <param name="Reporter">Tells the processes of a run apart.</param>
internal sealed record LossReport(string Reporter, RunLosses Losses);

internal sealed partial record Run
{
    /// <summary>As many processes are told apart; what further ones lose is not kept.</summary>
    private const int MaxReporters = 100;

    /// <summary>What was lost, by the process that reported it.</summary>
    public ImmutableDictionary<string, RunLosses> Losses { get; init; } =
        ImmutableDictionary.Create<string, RunLosses>(StringComparer.Ordinal);

    private LossesReported? Report(LossReport report, DateTimeOffset now) =>
        report.Losses.Equals(Losses.GetValueOrDefault(report.Reporter, RunLosses.None))
        || (Losses.Count >= MaxReporters && !Losses.ContainsKey(report.Reporter))
            ? null
            : new LossesReported
            {
                Reporter = report.Reporter,
                Refused = report.Losses.Refused,
                Cut = report.Losses.Cut,
                Notices = report.Losses.Notices,
                At = now,
            };
}
