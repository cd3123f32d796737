using System.Diagnostics;

namespace Platform.Cli.Server;

/// <summary>
/// Bears a platform that is away for a while, as during a restart; one that never answered is an error at once.
/// </summary>
internal sealed class Patience(CommandContext context)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly Stopwatch _silence = Stopwatch.StartNew();
    private bool _hasAnswered;
    private bool _isAway;

    /// <returns>Null also when the platform did not answer, and the caller should try again.</returns>
    public async Task<T?> TryAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            var answer = await ask();
            _silence.Restart();
            (_hasAnswered, _isAway) = (true, false);
            return answer;
        }
        catch (PlatformUnavailableException exception)
            when ((_hasAnswered || exception.WasAnswered) && _silence.Elapsed < _limit)
        {
            if (!_isAway)
            {
                await context.Error.WriteLineAsync(
                    $"platform: {exception.Message} Trying again for {_limit.TotalSeconds:0} seconds …"
                );
            }

            (_hasAnswered, _isAway) = (true, true);
            return null;
        }
    }
}
