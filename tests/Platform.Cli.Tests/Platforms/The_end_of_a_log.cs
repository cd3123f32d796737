using Platform.Cli.Platforms;

namespace Platform.Cli.Tests.Platforms;

public sealed class The_end_of_a_log
{
    [Fact]
    public void shows_the_error_without_the_stack_trace()
    {
        var words = LogTail.LastMessage([
            "12:00:00.000 INF gateway    Starting",
            "Unhandled exception. System.IO.IOException: Failed to bind to address http://127.0.0.1:5080: address already in use.",
            " ---> System.Net.Sockets.SocketException (98): Address already in use",
            "   at System.Net.Sockets.Socket.DoBind(EndPoint endPointSnapshot, SocketAddress socketAddress)",
            "   --- End of inner exception stack trace ---",
            "   at Microsoft.Extensions.Hosting.Internal.Host.StartAsync(CancellationToken cancellationToken)",
            "",
        ]);

        Assert.EndsWith("SocketException (98): Address already in use", words, StringComparison.Ordinal);
        Assert.Contains("Failed to bind to address http://127.0.0.1:5080", words, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", words, StringComparison.Ordinal);
    }

    [Fact]
    public void shows_the_programs_own_words_and_nothing_else()
    {
        var words = LogTail.LastMessage([
            "2026-11-30 22:49:14.470 WRN jobs       Something else",
            "platform: waiting up to 60 s for PostgreSQL at db:5432: Connection refused",
            "platform: Jobs:KeepDeleted is 'long', which is not a time such as 00:00:30.",
            "platform: Platform:TokenKey is not Base64.",
            "",
        ]);

        Assert.Equal(
            "Jobs:KeepDeleted is 'long', which is not a time such as 00:00:30.\nPlatform:TokenKey is not Base64.",
            words
        );
    }
}
