using System.Globalization;
using Platform.Mlflow;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>Ids of experiments in requests.</summary>
internal static class ExperimentIds
{
    /// <summary>The field <c>experiment_ids</c>; what is no id of ours is one that there is not.</summary>
    public static long[] ExperimentIdsOf(this MlflowRequest request) =>
        [
            .. request
                .Texts("experiment_ids")
                .Select(id =>
                    long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1
                ),
        ];
}
