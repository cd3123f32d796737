using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.LocalServers;

/// <summary>Asks a broker whether it takes a user's password: the first three steps of AMQP 0-9-1, and no more.</summary>
internal static class AmqpProbe
{
    private const byte MethodFrame = 1;
    private const byte FrameEnd = 0xCE;
    private const ushort ConnectionClass = 10;
    private const ushort Start = 10;
    private const ushort StartOk = 11;
    private const ushort Tune = 30;
    private const ushort Close = 50;

    /// <returns>Null when the broker let the user in, else why not.</returns>
    public static async Task<string?> TryAsync(
        int port,
        string user,
        string password,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), limit.Token);
            if (await ReadMethodAsync(stream, limit.Token) != Start)
            {
                return $"port {port} does not speak AMQP 0-9-1";
            }

            await stream.WriteAsync(StartOkFrame(user, password), limit.Token);
            if (await ReadMethodAsync(stream, limit.Token) != Tune)
            {
                return "it refuses the platform's user";
            }

            await stream.WriteAsync(CloseFrame(), limit.Token);
            return null;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "it does not answer";
        }
    }

    /// <summary>Reads one frame.</summary>
    /// <returns>The number of its method in the class <c>connection</c>; 0 for anything else.</returns>
    private static async Task<ushort> ReadMethodAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        // Type (1), channel (2), size (4); then the payload, which starts with class (2) and method (2); then the end mark.
        var header = new byte[7];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(3));
        if (header[0] != MethodFrame || size is < 4 or > 131_072)
        {
            return 0;
        }

        var payload = new byte[size + 1];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return BinaryPrimitives.ReadUInt16BigEndian(payload) == ConnectionClass && payload[^1] == FrameEnd
            ? BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(2))
            : (ushort)0;
    }

    private static byte[] StartOkFrame(string user, string password)
    {
        using var payload = new MemoryStream();
        Write32(payload, 0); // No client properties.
        WriteShort(payload, "PLAIN");
        var response = Encoding.UTF8.GetBytes($"\0{user}\0{password}");
        Write32(payload, (uint)response.Length);
        payload.Write(response);
        WriteShort(payload, "en_US");
        return Frame(StartOk, payload.ToArray());
    }

    private static byte[] CloseFrame() => Frame(Close, [0, 200, 0, 0, 0, 0, 0]);

    private static byte[] Frame(ushort method, byte[] arguments)
    {
        var frame = new byte[7 + 4 + arguments.Length + 1];
        frame[0] = MethodFrame;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(3), (uint)(4 + arguments.Length));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(7), ConnectionClass);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(9), method);
        arguments.CopyTo(frame, 11);
        frame[^1] = FrameEnd;
        return frame;
    }

    private static void Write32(MemoryStream to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        to.Write(bytes);
    }

    private static void WriteShort(MemoryStream to, string text)
    {
        to.WriteByte((byte)text.Length);
        to.Write(Encoding.ASCII.GetBytes(text));
    }
}
