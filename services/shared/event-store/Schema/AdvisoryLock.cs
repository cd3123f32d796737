using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Platform.EventStore;

/// <summary>Keys of PostgreSQL's advisory locks, which are numbers shared by everyone in the database.</summary>
internal static class AdvisoryLock
{
    public static long Key(string purpose, string schema, string name = "") =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\0{schema}\0{name}")));
}
