using System.Globalization;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

/// <summary>The bytes of the log of one process of an attempt.</summary>
/// <param name="attempt">Null for the newest.</param>
internal sealed class JobLogSource(PlatformClient client, Guid job, int? attempt, int rank)
{
    private const int FirstWindow = 64 * 1024;
    private const int LargestWindow = 8 * 1024 * 1024;

    /// <summary>Asks for the bytes from an offset to the present end.</summary>
    /// <param name="wait">Wait a while for more when there are none yet.</param>
    public async Task<JobLogPart> ReadAsync(long from, bool wait, CancellationToken cancellationToken)
    {
        var path = Query.Path(
            $"/api/jobs/{job}/logs",
            ("attempt", attempt?.ToString(CultureInfo.InvariantCulture)),
            ("rank", rank > 0 ? rank.ToString(CultureInfo.InvariantCulture) : null),
            ("from", from > 0 ? from.ToString(CultureInfo.InvariantCulture) : null),
            ("wait", wait ? "true" : null)
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return new JobLogPart(await client.SendAsync(request, cancellationToken));
    }

    /// <summary>Finds where the last lines begin, reading the log backwards. A last line without a line break counts.</summary>
    public async Task<long> FindLastLinesAsync(int lines, CancellationToken cancellationToken)
    {
        long end;
        using (var nothing = await ReadAsync(long.MaxValue, wait: false, cancellationToken))
        {
            end = nothing.End;
        }

        if (lines == 0)
        {
            return end;
        }

        var breaks = 0;
        var size = FirstWindow;
        for (var to = end; to > 0; )
        {
            var from = Math.Max(0, to - size);
            var window = await ReadWindowAsync(from, (int)(to - from), cancellationToken);
            for (var i = window.Length - 1; i >= 0; i--)
            {
                // The break at the very end belongs to the last line.
                if (window[i] == '\n' && from + i < end - 1 && ++breaks == lines)
                {
                    return from + i + 1;
                }
            }

            to = from;
            // A line may be longer than many small windows.
            size = Math.Min(2 * size, LargestWindow);
        }

        return 0;
    }

    private async Task<byte[]> ReadWindowAsync(long from, int length, CancellationToken cancellationToken)
    {
        using var part = await ReadAsync(from, wait: false, cancellationToken);
        var window = new byte[length];
        await using var stream = await part.Response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            await stream.ReadExactlyAsync(window, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw JobLogPart.Lost(exception);
        }

        return window;
    }
}

/// <summary>The answer with bytes of a log.</summary>
internal sealed class JobLogPart(HttpResponseMessage response) : IDisposable
{
    public HttpResponseMessage Response => response;

    /// <summary>How long the log was.</summary>
    public long End => long.TryParse(Header("X-Log-Offset"), CultureInfo.InvariantCulture, out var end) ? end : 0;

    /// <summary>Whether nothing comes after its end.</summary>
    public bool IsComplete => Header("X-Log-Complete") is "true";

    /// <summary>Copies the bytes as they are.</summary>
    /// <param name="copied">Gets how many bytes were just copied.</param>
    public async Task CopyAsync(Stream output, Action<int> copied, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                throw Lost(exception);
            }

            if (read == 0)
            {
                return;
            }

            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await output.FlushAsync(cancellationToken);
            copied(read);
        }
    }

    public static PlatformUnavailableException Lost(Exception exception) => new("The connection was lost.", exception);

    public void Dispose() => response.Dispose();

    private string? Header(string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
