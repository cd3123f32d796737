using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>What is checked in the transaction that stores a rule, so that what others do at the same time is refused, or this is.</summary>
internal static class RuleTables
{
    /// <summary>As many rules as can be looked through with every point that is stored.</summary>
    public const int MaxRules = 1000;

    /// <summary>The SQL state when there are too many rules.</summary>
    public const string TooMany = "PT001";

    /// <summary>The SQL state when a rule names a destination that is not there.</summary>
    public const string UnknownDestination = "PT002";

    public static readonly Migration Checks = new(
        "054_alert_rule_checks",
        $"""
        -- Rules are counted one after another, each with those that were made before.
        create function alert_rule_count_check(most integer) returns void language plpgsql as $$
        begin
          perform pg_advisory_xact_lock(hashtextextended('tracking alert rules', 0));
          if (select count(*) from alert_rule) > most then
            raise exception 'there are % alert rules', most using errcode = '{TooMany}';
          end if;
        end $$;
        -- Locks the destinations' rows against their deletion, which looks for rules under a lock of its own.
        create function alert_destination_check(ids uuid[]) returns void language plpgsql as $$
        declare
          found_rows integer;
        begin
          perform 1 from alert_destination where id = any(ids) order by id for key share;
          get diagnostics found_rows = row_count;
          if found_rows < cardinality(ids) then
            raise exception 'a destination is not there' using errcode = '{UnknownDestination}';
          end if;
        end $$;
        """
    );

    /// <summary>Refuses one rule more than may be; the rule's row is written already, as it is inline.</summary>
    public static void AddCountCheck(NpgsqlBatch batch) => batch.Add("select alert_rule_count_check($1)", MaxRules);

    /// <summary>Refuses a rule with destinations that are not there.</summary>
    public static void AddDestinationCheck(NpgsqlBatch batch, IReadOnlyList<Guid> destinations) =>
        batch.Add("select alert_destination_check($1)", destinations.ToArray());
}
