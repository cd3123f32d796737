using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Cluster;
using Platform.Cli.Contexts;
using Platform.Cli.Output;
using Platform.Cli.Server;
using Platform.LocalServers;

namespace Platform.Cli;

/// <summary>The context of a running command: its arguments, its output and the platform it uses.</summary>
internal sealed class CommandContext(ParseResult arguments, CancellationToken cancellationToken) : IDisposable
{
    private static readonly JsonSerializerOptions _indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private PlatformClient? _client;
    private Target? _target;

    public CancellationToken Cancelled => cancellationToken;

    /// <summary>Whether to print JSON for programs.</summary>
    public bool Json => arguments.GetValue(GlobalOptions.Json);

    /// <summary>What the process that runs it gives to the command.</summary>
    public CommandInvocation Invocation => (CommandInvocation)arguments.InvocationConfiguration;

    public TextWriter Out => arguments.InvocationConfiguration.Output;

    /// <summary>For output that is not text, or text as somebody else wrote it.</summary>
    public Stream OutputBytes => Invocation.OutputBytes ?? Stream.Null;

    /// <summary>For progress, which is not part of the output.</summary>
    public TextWriter Error => arguments.InvocationConfiguration.Error;

    /// <summary>The data folder; created when it does not exist.</summary>
    public DataFolder Data => new(DataPath);

    /// <summary>The data folder's path as given by option.</summary>
    public string? DataPath => arguments.GetValue(GlobalOptions.Data);

    /// <summary>The platforms that this user signed in to.</summary>
    public ContextFile Contexts => ContextFile.Default(Invocation.Variable);

    /// <summary>Where <see cref="Client"/> sends.</summary>
    /// <exception cref="CliException"><c>--data</c> names a folder on which none runs: another one is not meant.</exception>
    public Uri Address =>
        FindAddress() ?? throw new CliException($"No platform is running on {Path.GetFullPath(DataPath!)}.");

    /// <summary>The address of the platform that is meant; null when <c>--data</c> names a folder on which none runs.</summary>
    public Uri? FindAddress() =>
        Target.Server ?? Running?.Url ?? (string.IsNullOrEmpty(DataPath) ? new Uri("http://127.0.0.1:5080") : null);

    /// <summary>The platform given by option, environment or context, else the one that runs on this machine.</summary>
    public PlatformClient Client => _client ??= new PlatformClient(Address, TokenFor(Address), Target.Source);

    /// <summary>The token to send to a platform; null when there is none for it.</summary>
    public string? TokenFor(Uri address) => Target.TokenFor(address);

    /// <summary>The terminal it prints to; null when the output goes elsewhere, such as into a pipe.</summary>
    public Terminal? Terminal => Invocation.Terminal;

    /// <summary>The platform or the cluster that runs on the data folder.</summary>
    public RunningPlatform? Running =>
        RunningPlatform.Find(DataPath) ?? RunningPlatform.Find(ClusterFolder.PathIn(DataPath));

    /// <summary>Whether a platform's address was given; otherwise it is the one on this machine.</summary>
    public bool IsRemote => Target.Server is not null;

    /// <summary>
    /// Whether users and tokens are asked for at the API: whoever gave an address or a token means to be that caller. Otherwise they
    /// are in the database of this machine's platform.
    /// </summary>
    public bool UsesApi => IsRemote || Target.IsTokenGiven;

    /// <summary>A time of an answer as it is printed outside of a table; a dash when there is none.</summary>
    public string Time(JsonNode node, string name) =>
        Terminal is { } terminal ? Times.Local(node.Time(name), terminal.TimeZone) : node.Time(name);

    public T? Value<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>The default of its type when an optional one is left out; the parser refuses a command without a required one.</summary>
    public T Value<T>(Argument<T> argument) => arguments.GetValue(argument)!;

    /// <summary>
    /// Reads what the user names, on a thread that the command does not wait for when it is interrupted: opening a FIFO waits for a
    /// writer, and a read of a terminal or a pipe for what comes.
    /// </summary>
    public Task<T> ReadAsync<T>(Func<T> read) => Task.Run(read, Cancelled).WaitAsync(Cancelled);

    /// <summary>Prints what was done: as a line, or as JSON where that is asked for.</summary>
    public int PrintDone(string line, JsonObject json)
    {
        if (Json)
        {
            return PrintJson(json);
        }

        Out.WriteLine(line);
        return 0;
    }

    /// <summary>Prints an answer as JSON.</summary>
    public int PrintJson(JsonNode answer)
    {
        Out.WriteLine(answer.ToJsonString(_indented));
        return 0;
    }

    public void Dispose() => _client?.Dispose();

    private Target Target =>
        _target ??= new Target(
            arguments.GetValue(GlobalOptions.Server),
            arguments.GetValue(GlobalOptions.Token),
            arguments.GetValue(GlobalOptions.Context),
            !string.IsNullOrEmpty(DataPath),
            Invocation.Variable,
            Contexts.Read
        );
}
