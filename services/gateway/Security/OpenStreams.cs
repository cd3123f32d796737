using Microsoft.Extensions.Options;
using Platform.Gateway.Tokens;

namespace Platform.Gateway.Security;

/// <summary>
/// Ends followed logs, metrics and events when the token they were opened with is revoked or ends, or its user is disabled. Other
/// requests are short; what is already open would go on for ever.
/// </summary>
internal sealed class OpenStreams(
    RequestDelegate next,
    TokenLookup tokens,
    IOptions<GatewayOptions> options,
    TimeProvider clock
)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var token = context.Request.BearerToken();
        if (!TokenLookup.LooksLikeToken(token))
        {
            await next(context);
            return;
        }

        using var ended = new CancellationTokenSource();
        var watching = Task.CompletedTask;
        context.Response.OnStarting(() =>
        {
            if (
                context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase)
                is true
            )
            {
                watching = WatchAsync(context, token, ended.Token);
            }

            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            await ended.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchAsync(HttpContext context, string token, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckStreamsEvery, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                if (await tokens.FindAsync(token, cancellationToken) is null)
                {
                    context.Abort();
                    return;
                }
            }
            catch (Npgsql.NpgsqlException)
            {
                // The database is away; the next tick asks again.
            }
        }
    }
}
