using Platform.EventStore;
using Serilog.Events;
using Serilog.Parsing;

namespace Platform.ServiceDefaults.Tests;

public sealed class Logging_what_is_tried_again
{
    [Fact]
    public void leaves_out_lost_races_and_nothing_else()
    {
        var lost = new StreamVersionConflictException("job", 1, 2);

        Assert.True(Logs.IsRetryOfLostRace(Entry("R-RETRY {InputAddress} {MessageId}", lost)));
        Assert.False(Logs.IsRetryOfLostRace(Entry("R-FAULT {InputAddress} {MessageId}", lost)));
        Assert.False(Logs.IsRetryOfLostRace(Entry("R-RETRY {InputAddress}", new TimeoutException())));
        Assert.False(Logs.IsRetryOfLostRace(Entry("R-RETRY {InputAddress}", exception: null)));
    }

    private static LogEvent Entry(string template, Exception? exception) =>
        new(
            DateTimeOffset.UnixEpoch,
            LogEventLevel.Warning,
            exception,
            new MessageTemplateParser().Parse(template),
            []
        );
}
