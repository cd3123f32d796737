using Platform.EventStore;
using Platform.Jobs.Training;
using static Platform.Jobs.Tests.Training.TestJobs;
using EndReasons = Platform.Contracts.Jobs.EndReasons;

namespace Platform.Jobs.Tests.Training;

/// <summary>The complete decision table: a new status or command must be added to it.</summary>
[Trait("check", "JOB-02")]
public sealed class Every_command_in_every_status
{
    private const string Refused = "refused";
    private const string Nothing = "nothing";

    private static readonly Dictionary<string, JobEvent[]> _states = new()
    {
        ["none"] = [],
        ["pending"] = Pending(),
        ["queued"] = Queued(),
        ["placed"] = Placed(),
        ["running"] = Running(timeoutSeconds: 60),
        ["stopping"] = Stopping(EndReasons.Cancelled),
        ["succeeded"] = Succeeded(),
        ["failed"] = Failed(),
        ["cancelled"] = Cancelled(),
        ["deleted"] = [.. Failed(), new JobDeleted("failed", null, Now)],
        ["purged"] = [.. Failed(), new JobDeleted("failed", null, Now), new JobPurged(Now)],
    };

    private static readonly Dictionary<string, JobCommand> _commands = new()
    {
        ["submit"] = new SubmitJob(JobId, RunId, Spec()),
        ["cancel"] = new CancelJob(),
        ["retry"] = new RetryJob(),
        ["queue"] = new QueueAttempt(1, "busy"),
        ["place"] = new PlaceAttempt(1, Nodes),
        ["start"] = new StartRank(1, 0, Node, Now),
        ["exit 0"] = Exit(1, EndReasons.ExitCode, 0),
        ["exit 1"] = Exit(1, EndReasons.ExitCode, 1),
        ["lose"] = new LoseAttempt(1, EndReasons.NodeLost, Node),
        ["overdue"] = new StopOverdueAttempt(1),
        ["delete"] = new DeleteJob("too old"),
        ["restore"] = new RestoreJob(),
        ["purge"] = new PurgeJob(),
    };

    /// <summary>Rows are statuses, columns commands; a cell is what follows: a status, nothing, or a refusal.</summary>
    private static readonly string[][] _table =
    [
        [
            "",
            "submit",
            "cancel",
            "retry",
            "queue",
            "place",
            "start",
            "exit 0",
            "exit 1",
            "lose",
            "overdue",
            "delete",
            "restore",
            "purge",
        ],
        [
            "none",
            "Pending",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused",
        ],
        [
            "pending",
            "nothing",
            "Cancelled",
            "refused",
            "Queued",
            "Placed",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "refused",
            "nothing",
            "refused",
        ],
        [
            "queued",
            "nothing",
            "Cancelled",
            "refused",
            "nothing",
            "Placed",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "refused",
            "nothing",
            "refused",
        ],
        [
            "placed",
            "nothing",
            "Placed",
            "refused",
            "nothing",
            "nothing",
            "Running",
            "Succeeded",
            "Failed",
            "Queued",
            "nothing",
            "refused",
            "nothing",
            "refused",
        ],
        [
            "running",
            "nothing",
            "Running",
            "refused",
            "nothing",
            "nothing",
            "nothing",
            "Succeeded",
            "Failed",
            "Queued",
            "Running",
            "refused",
            "nothing",
            "refused",
        ],
        [
            "stopping",
            "nothing",
            "nothing",
            "refused",
            "nothing",
            "nothing",
            "nothing",
            "Succeeded",
            "Cancelled",
            "Cancelled",
            "nothing",
            "refused",
            "nothing",
            "refused",
        ],
        [
            "succeeded",
            "nothing",
            "refused",
            "refused",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "Succeeded",
            "nothing",
            "refused",
        ],
        [
            "failed",
            "nothing",
            "refused",
            "Queued",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "Failed",
            "nothing",
            "refused",
        ],
        [
            "cancelled",
            "nothing",
            "nothing",
            "Queued",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "Cancelled",
            "nothing",
            "refused",
        ],
        [
            "deleted",
            "nothing",
            "refused",
            "refused",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "Failed",
            "Failed",
        ],
        [
            "purged",
            "nothing",
            "refused",
            "refused",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "nothing",
            "refused",
            "refused",
            "nothing",
        ],
    ];

    public static TheoryData<string, string, string> Cells()
    {
        var cells = new TheoryData<string, string, string>();
        foreach (var row in _table[1..])
        {
            for (var column = 1; column < row.Length; column++)
            {
                cells.Add(row[0], _table[0][column], row[column]);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void has_its_outcome(string status, string command, string outcome)
    {
        var events = _states[status];
        var decision = Job.Decide(Fold(events), _commands[command], Now.AddMinutes(2));

        var actual = decision switch
        {
            Decision<JobEvent>.Accepted accepted => Fold([.. events, .. accepted.Events]).Status.ToString(),
            Decision<JobEvent>.NothingToDo => Nothing,
            _ => Refused,
        };

        Assert.Equal(outcome, actual);
    }

    [Fact]
    public void is_in_the_table()
    {
        Assert.Equal(
            Enum.GetNames<JobStatus>().Select(name => name.ToLowerInvariant()).Order(),
            _states.Keys.Except(["stopping", "deleted", "purged"]).Order()
        );
        Assert.Equal(_states.Keys.Order(), _table[1..].Select(row => row[0]).Order());
        Assert.Equal(
            typeof(JobCommand)
                .Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(JobCommand)) && !type.IsAbstract)
                .Select(type => type.Name)
                .Order(),
            _commands.Values.Select(command => command.GetType().Name).Distinct().Order()
        );
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void does_nothing_for_an_attempt_that_is_not_the_current_one(string status, string command, string outcome)
    {
        _ = outcome;
        if (_commands[command] is not AttemptCommand report || status == "none")
        {
            return;
        }

        foreach (var attempt in new[] { 0, 2, 7 })
        {
            Given(_states[status]).When(report with { Attempt = attempt }, TimeSpan.FromMinutes(2)).ThenNothing();
        }
    }
}
