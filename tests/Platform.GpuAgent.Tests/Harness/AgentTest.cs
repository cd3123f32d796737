using Platform.Contracts.Jobs;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>A fake platform and a folder for the test's agents.</summary>
public abstract class AgentTest : IAsyncLifetime
{
    private readonly List<AttemptWork> _works = [];

    private protected FakePlatform Platform { get; private set; } = null!;

    private protected TemporaryFolder Folder { get; } = new();

    public async Task InitializeAsync() => Platform = await FakePlatform.StartAsync();

    public async Task DisposeAsync()
    {
        // Shims first: they write into their folder once their training has ended.
        foreach (var pid in Shims().Concat(_works.SelectMany(ProcessesOf)))
        {
            LibC.Signal(pid, LibC.SigKill);
        }

        await Platform.DisposeAsync();
        Folder.Dispose();
    }

    private protected Task<TestAgent> StartAgentAsync(params (string Key, string Value)[] options) =>
        TestAgent.StartAsync(Platform, Folder, options);

    /// <summary>Work that runs a shell script.</summary>
    private protected AttemptWork Shell(string script, Func<AttemptWork, AttemptWork>? change = null) =>
        Work(["sh", "-c", script], change);

    private protected AttemptWork Work(string[] command, Func<AttemptWork, AttemptWork>? change = null)
    {
        var work = new AttemptWork
        {
            JobId = Guid.CreateVersion7(),
            Attempt = 1,
            RunId = Guid.CreateVersion7(),
            Name = "test",
            Project = "tests/agent",
            Command = command,
            Files = new Dictionary<string, string>(StringComparer.Ordinal),
            Inputs = [],
            Outputs = [],
            Env = new Dictionary<string, string>(StringComparer.Ordinal),
            Token = "pj_test",
        };
        return AddWork(change?.Invoke(work) ?? work);
    }

    private protected AttemptWork AddWork(AttemptWork work)
    {
        Platform.Works[work.Key()] = work;
        _works.Add(work);
        return work;
    }

    private protected Task LogContainsAsync(AttemptWork work, string text) =>
        WaitFor.ConditionAsync(
            $"'{text}' in the log",
            () => Task.FromResult(Platform.Log(work).Text.Contains(text, StringComparison.Ordinal)),
            describe: () => $"The log is: {Platform.Log(work).Text}"
        );

    /// <summary>The shims of all attempts.</summary>
    private IEnumerable<int> Shims() =>
        Directory
            .EnumerateFiles(
                Folder.Path,
                "shim",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }
            )
            .Select(ProcessIdentity.Read)
            .OfType<ProcessIdentity>()
            .Where(shim => shim.IsAlive)
            .Select(shim => shim.Pid);

    /// <summary>All processes with a job's id in their environment.</summary>
    private protected static List<int> ProcessesOf(AttemptWork work) =>
        RunningProcesses.With("environ", $"PLATFORM_JOB_ID={work.JobId}\0");
}
