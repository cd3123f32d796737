using System.Globalization;

namespace Platform.Tracking.Filtering;

/// <summary>
/// A comparison that no order of an index helps, such as <c>like '%…'</c>, asked for each text under a key instead of each run: names of
/// hosts and optimizers are few.
/// </summary>
/// <param name="Key">The hash of the key.</param>
/// <param name="Compare">The comparison with <c>v.text</c>.</param>
/// <param name="With">The condition with a parameter of the texts that fulfil it.</param>
internal sealed record FewTexts(string Key, string Compare, Func<string, RunCondition> With)
{
    /// <summary>
    /// A query of those that fulfil it; null when the key has more texts. Each is found in the index from the one before it, without
    /// reading the runs in between.
    /// </summary>
    public string Sql(int most) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            with recursive texts as (
              select n.* from (values (true), (false)) t (is_text) cross join lateral ({Next("")}) n
              union all
              select n.* from texts t cross join lateral ({Next("and v.text > t.text")}) n)
            select case when count(*) <= {most} then coalesce(array_agg(v.text) filter (where {Compare}), array[]::text[]) end
            from (select text from texts limit {most + 1}) v
            """
        );

    private string Next(string after) =>
        $"""
            select v.is_text, v.text from run_value v where v.key = {Key} and v.is_text = t.is_text {after}
              order by v.text limit 1
            """;
}
