using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>The values of a job's environment are often keys and passwords: who may only look sees that they are there.</summary>
internal static class JobSecrets
{
    private const string Masked = "***";

    public static JobDetail Shown(JobDetail job, Caller caller) =>
        MaySee(caller) ? job : job with { Env = Mask(job.Env) };

    public static object Shown(object @event, Caller caller) =>
        @event is JobSubmitted submitted && !MaySee(caller)
            ? submitted with
            {
                Spec = submitted.Spec with { Env = Mask(submitted.Spec.Env) },
            }
            : @event;

    private static bool MaySee(Caller caller) => caller is not { Kind: CallerKind.User, Role: < UserRole.Editor };

    private static Dictionary<string, string> Mask(IReadOnlyDictionary<string, string> env) =>
        env.ToDictionary(variable => variable.Key, _ => Masked, StringComparer.Ordinal);
}
