using System.Text.Json;
using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

public sealed class What_release_0_1_0_recorded
{
    [Fact]
    public void has_texts_without_codes()
    {
        var queued = JsonSerializer.Deserialize(
            """{"attempt":1,"notBefore":"2026-01-01T00:00:00+00:00","reason":"no node is online","at":"2026-01-01T00:00:00+00:00"}""",
            JobEventsJson.Default.JobQueued
        )!;
        var failed = JsonSerializer.Deserialize(
            """{"attempt":1,"reason":"killed","detail":"Ended by SIGKILL.","at":"2026-01-01T00:00:00+00:00"}""",
            JobEventsJson.Default.AttemptFailed
        )!;

        Assert.Equal(("no node is online", null), (queued.Reason, queued.ReasonCode));
        Assert.Equal(("Ended by SIGKILL.", null), (failed.Detail, failed.DetailCode));
    }

    [Fact]
    public void ends_an_attempt_with_the_text_of_an_old_agent() =>
        Given(Running())
            .When(Exit(1, EndReasons.Killed, null) with { Detail = "Ended by SIGKILL." })
            .Then(
                new AttemptFailed(1, EndReasons.Killed, null, "Ended by SIGKILL.", Now),
                new JobFailed(1, RunId, EndReasons.Killed, null, "Ended by SIGKILL.", Now)
            );
}
