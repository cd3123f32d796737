using System.Diagnostics;
using System.Globalization;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Processes;

/// <summary>The environment variables of a training (README.md lists them).</summary>
internal static class TrainingEnvironment
{
    private static readonly string[] _inherited = ["PATH", "HOME", "LANG", "USER"];

    /// <summary>
    /// The job's own variables override the machine's and the platform's defaults. Those that follow from its identity and placement
    /// cannot be overridden; the platform refuses jobs that try.
    /// </summary>
    public static Dictionary<string, string> For(
        StartProcess command,
        AttemptWork work,
        AgentOptions options,
        AttemptFolder folder
    )
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["LANG"] = "C.UTF-8",
            ["PYTHONUNBUFFERED"] = "1",
            ["TMPDIR"] = folder.Temporary,
        };
        var passed = options.PassEnvironment.Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        foreach (var name in _inherited.Concat(passed))
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        foreach (var (name, value) in work.Env)
        {
            environment[name] = value;
        }

        var server = options.Server.TrimEnd('/');
        if (!environment.ContainsKey("MLFLOW_TRACKING_URI"))
        {
            AddMlflow(environment, server, work);
        }

        if ((Activity.Current?.Id ?? command.TraceParent) is { } trace)
        {
            environment.TryAdd("TRACEPARENT", trace);
        }

        environment["PLATFORM_URL"] = server;
        environment["PLATFORM_TOKEN"] = work.Token;
        environment["PLATFORM_JOB_ID"] = work.JobId.ToString();
        environment["PLATFORM_ATTEMPT"] = work.Attempt.ToString(CultureInfo.InvariantCulture);
        environment["PLATFORM_RANK"] = command.Rank.ToString(CultureInfo.InvariantCulture);
        environment["PLATFORM_RUN_ID"] = work.RunId.ToString();
        environment["PLATFORM_PROJECT"] = work.Project;
        environment["PLATFORM_SPOOL_DIR"] = folder.Unsent;
        environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"; // NVML's order
        environment["CUDA_VISIBLE_DEVICES"] = string.Join(',', command.Gpus);
        if (command.WorldSize > 1)
        {
            AddProcessGroup(environment, command);
        }

        return environment;
    }

    /// <summary>
    /// A script that knows only MLflow tracks the job's run. Where it is sent to another server, that must not get the job's token.
    /// </summary>
    private static void AddMlflow(Dictionary<string, string> environment, string server, AttemptWork work)
    {
        environment["MLFLOW_TRACKING_URI"] = server;
        environment.TryAdd("MLFLOW_TRACKING_TOKEN", work.Token);
        environment.TryAdd("MLFLOW_RUN_ID", work.RunId.ToString("N"));
        environment.TryAdd("MLFLOW_EXPERIMENT_NAME", work.Project);
    }

    /// <summary>What PyTorch reads for <c>init_method="env://"</c>.</summary>
    private static void AddProcessGroup(Dictionary<string, string> environment, StartProcess command)
    {
        environment["RANK"] = command.Rank.ToString(CultureInfo.InvariantCulture);
        environment["WORLD_SIZE"] = command.WorldSize.ToString(CultureInfo.InvariantCulture);
        // Trainings use it as the index of their GPU: each rank sees only its own, also where others run on the node.
        environment["LOCAL_RANK"] = "0";
        if (command.MasterAddress is { } address && command.MasterPort is { } port)
        {
            environment["MASTER_ADDR"] = address;
            environment["MASTER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        }
    }
}
