namespace Platform.Cli.Server;

/// <summary>
/// Bears a platform that is away for a while, as during a restart; one that never answered is an error at once.
/// </summary>
/// <param name="error">Told once each time it is away.</param>
internal sealed class Patience(TextWriter error, PlatformClient client, TimeProvider clock)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private long? _awaySince;

    /// <returns>Null also when the platform did not answer, and the caller should try again.</returns>
    public async Task<T?> TryAsync<T>(Func<Task<T?>> ask)
        where T : class
    {
        try
        {
            var answer = await ask();
            Renew();
            return answer;
        }
        catch (PlatformUnavailableException exception) when (client.HasAnswered && !IsExhausted())
        {
            if (_awaySince is null)
            {
                _awaySince = clock.GetTimestamp();
                await error.WriteLineAsync(
                    $"platform: {exception.Message} Trying again for {_limit.TotalSeconds:0} seconds …"
                );
            }

            return null;
        }
    }

    /// <summary>The platform is there: what takes long calls it in between, so that the next failure is a new one.</summary>
    public void Renew() => _awaySince = null;

    private bool IsExhausted() => _awaySince is { } since && clock.GetElapsedTime(since) >= _limit;
}
