using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Sdk.Tests;

/// <content>Artifacts and their blobs.</content>
internal sealed partial class FakePlatform
{
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Name, JsonNode Body)> _versions = new(StringComparer.Ordinal);

    /// <summary>False for a platform of release 0.1.0, which takes each blob in a request of its own.</summary>
    public bool TakesGroups { get; set; } = true;

    public IReadOnlyList<(string Name, JsonNode Body)> Versions
    {
        get
        {
            lock (_gate)
            {
                return [.. _versions.Values];
            }
        }
    }

    public byte[] Blob(string sha256)
    {
        lock (_gate)
        {
            return _blobs[sha256];
        }
    }

    private int FindMissing(byte[] body, out byte[] answer)
    {
        var missing = JsonNode.Parse(body)!["sha256"]!
            .AsArray()
            .Select(hash => hash!.GetValue<string>())
            .Where(hash => !_blobs.ContainsKey(hash));
        answer = JsonSerializer.SerializeToUtf8Bytes(new { sha256 = missing });
        return 200;
    }

    private int StoreGroup(byte[] body)
    {
        using var archive = new TarReader(new MemoryStream(body));
        while (archive.GetNextEntry(copyData: true) is { } entry)
        {
            using var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            if (Store(entry.Name, bytes.ToArray()) is var status and not 201)
            {
                return status;
            }
        }

        return 200;
    }

    private int Store(string sha256, byte[] body)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(body)) != sha256)
        {
            return 422;
        }

        _blobs[sha256] = body;
        return 201;
    }

    private int AddVersion(HttpListenerRequest request, string name, byte[] body)
    {
        _versions.TryAdd(request.Headers["Idempotency-Key"]!, (name, JsonNode.Parse(body)!));
        return 201;
    }
}
