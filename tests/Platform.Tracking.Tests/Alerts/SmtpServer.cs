using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>A mail server that takes every mail and keeps it.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    private SmtpServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many mails are still refused for now (451).</summary>
    public int Busy { get; set; }

    /// <summary>What is answered to a line that begins so, instead of taking it.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ConcurrentQueue<SentMail> Mails { get; } = new();

    public static SmtpServer Start()
    {
        var server = new SmtpServer();
        server._running = server.RunAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                try
                {
                    await TalkAsync(client.GetStream());
                }
                catch (IOException)
                {
                    // The client went without a word.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true)
        {
            NewLine = "\r\n",
            AutoFlush = true,
        };
        await writer.WriteLineAsync("220 test");
        var recipients = new List<string>();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            if (
                Answers.FirstOrDefault(one => line.StartsWith(one.Key, StringComparison.OrdinalIgnoreCase)).Value is
                { } answer
            )
            {
                await writer.WriteLineAsync(answer);
                continue;
            }

            if (line.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase))
            {
                recipients.Add(line["RCPT TO:".Length..].Trim('<', '>', ' '));
            }

            if (line.StartsWith("RSET", StringComparison.OrdinalIgnoreCase))
            {
                recipients.Clear();
            }

            if (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase))
            {
                await writer.WriteLineAsync("354 go on");
                Mails.Enqueue(new SentMail([.. recipients], await ReadMailAsync(reader)));
            }

            if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                await writer.WriteLineAsync("221 bye");
                return;
            }

            var isBusy = line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase) && Busy > 0;
            Busy -= isBusy ? 1 : 0;
            await writer.WriteLineAsync(isBusy ? "451 later" : "250 ok");
        }
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line && line is not ".")
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}

/// <summary>A mail that the server took.</summary>
public sealed record SentMail(IReadOnlyList<string> Recipients, string Text);
