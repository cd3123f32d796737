using System.Security.Cryptography;
using System.Text;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.State;

/// <summary>Two agents may not share a state folder.</summary>
internal sealed class StateFolderInUseException(string folder)
    : Exception($"Another agent uses the state folder {folder}. Give each agent its own Agent:StateFolder.");

/// <summary>
/// The agent's folder, locked by one agent at a time; the lock ends with the process, however it ends.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _lockFile;
    private AgentIdentity _identity;

    private StateFolder(string path, FileStream lockFile)
    {
        Root = path;
        var source = $"{Environment.MachineName}\n{ProcessIdentity.CurrentBootId}\n{path}";
        Agent = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        _lockFile = lockFile;
        Directory.CreateDirectory(Attempts);
        Directory.CreateDirectory(Cache);
        _identity = DurableFile.Read(IdentityFile, StateJson.Default.AgentIdentity) ?? NewIdentity();
    }

    public string Root { get; }

    /// <summary>
    /// Distinguishes this agent from one with a copy of its identity: another folder, machine or boot.
    /// </summary>
    public string Agent { get; }

    public string Attempts => Path.Combine(Root, "attempts");

    public string Cache => Path.Combine(Root, "cache");

    public string Shim => Path.Combine(Root, "shim.sh");

    public AgentIdentity Identity
    {
        get
        {
            lock (_lock)
            {
                return _identity;
            }
        }
    }

    private string IdentityFile => Path.Combine(Root, "identity.json");

    /// <summary>Locks the folder; creates what is missing.</summary>
    /// <exception cref="StateFolderInUseException">Another agent holds it.</exception>
    public static StateFolder Open(string path)
    {
        var root = Path.GetFullPath(path);
        Directory.CreateDirectory(root);
        if (!OperatingSystem.IsWindows())
        {
            // It holds tokens and users' inputs.
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        FileStream lockFile;
        try
        {
            lockFile = new FileStream(
                Path.Combine(root, "agent.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new StateFolderInUseException(root);
        }

        return new StateFolder(root, lockFile);
    }

    public AttemptFolder Attempt(AttemptKey key) => new(Path.Combine(Attempts, key.ToString()));

    public void Remember(AgentIdentity identity)
    {
        lock (_lock)
        {
            DurableFile.Write(IdentityFile, identity, StateJson.Default.AgentIdentity);
            _identity = identity;
        }
    }

    public void Dispose() => _lockFile.Dispose();

    private AgentIdentity NewIdentity()
    {
        var identity = new AgentIdentity { NodeId = Guid.CreateVersion7() };
        DurableFile.Write(IdentityFile, identity, StateJson.Default.AgentIdentity);
        return identity;
    }
}
