using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>Raises the alerts of rules about nodes that are lost, and resolves those of nodes that answer or were removed.</summary>
internal sealed class NodeWatch(TrackingStore store, AlertWriter alerts)
{
    private const string RulesOfNodes = """
        select n.node_id, n.name, n.status, r.id as rule_id, r.revision, r.spec::text as spec
        from alert_node n join alert_rule r on r.watch = 'node' and r.state = 'active'
        """;

    /// <summary>Notes what is said of a node, unless something later is known, and looks at it.</summary>
    public async Task RecordAsync(NodeStatusMessage node, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            insert into alert_node as n (node_id, name, status, version) values ($1, $2, $3, $4)
            on conflict (node_id) do update set name = excluded.name, status = excluded.status, version = excluded.version
            where n.version < excluded.version
            """
        );
        command.Parameters.Add(new() { Value = node.NodeId });
        command.Parameters.Add(new() { Value = node.Name });
        command.Parameters.Add(new() { Value = node.Status });
        command.Parameters.Add(new() { Value = node.Version });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await LookAsync("where n.node_id = $1", node.NodeId, cancellationToken);
    }

    /// <summary>Looks at nodes that were lost before there was the rule.</summary>
    public Task LookAsync(CancellationToken cancellationToken) =>
        LookAsync(
            """
            where n.status = $1 and not exists (
              select from alert a
              where a.rule_id = r.id and a.revision = r.revision and a.state = 'firing' and a.subject_id = n.node_id::text)
            """,
            NodeStatusMessage.Lost,
            cancellationToken
        );

    private async Task LookAsync(string where, object parameter, CancellationToken cancellationToken)
    {
        var found = new List<(AlertSubject Subject, RuleSpec Rule, string Status)>();
        await using (var command = store.DataSource.CreateCommand($"{RulesOfNodes} {where}"))
        {
            command.Parameters.Add(new() { Value = parameter });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var rule = RuleReader.SpecOf(reader.Value<string>("spec"));
                var subject = new AlertSubject
                {
                    RuleId = reader.Value<Guid>("rule_id"),
                    Revision = reader.Value<int>("revision"),
                    RuleName = rule.Name,
                    Watch = RuleWords.Node,
                    Condition = rule.Condition,
                    Id = reader.Value<Guid>("node_id").ToString(),
                    Name = reader.Value<string>("name"),
                };
                found.Add((subject, rule, reader.Value<string>("status")));
            }
        }

        foreach (var (subject, rule, status) in found)
        {
            await alerts.SettleAsync(
                subject,
                rule,
                status is NodeStatusMessage.Lost,
                cancellationToken,
                status is NodeStatusMessage.Removed ? AlertCauses.Gone : AlertCauses.Condition
            );
        }
    }
}
