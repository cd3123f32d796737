using System.Globalization;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Filtering;

/// <summary>
/// Finds runs in steps, each with a bound on what it reads, because PostgreSQL cannot know how conditions occur together: from the
/// condition that few runs fulfil; else the first runs in order, in the hope that they are enough; else the runs in order with each
/// condition as a hash table of run numbers.
/// </summary>
internal sealed class RunFinder : IListFinder
{
    /// <summary>Runs in order that are tried in the first attempt for each that is wanted.</summary>
    private const int TriesEach = 4;

    private readonly Dictionary<string, RunCondition> _conditions = new(StringComparer.Ordinal);

    /// <summary>So many runs are left to the list, which reads and sorts them.</summary>
    public int Few { get; init; } = 200;

    /// <summary>So many runs are looked up one by one, which takes up to 20 µs each where they are not in PostgreSQL's memory.</summary>
    public int LookUps { get; init; } = 2000;

    /// <summary>So many numbers are handed from one step to the next.</summary>
    public int Many { get; init; } = 20_000;

    /// <summary>So many runs in order are tried at most.</summary>
    public int MostTries { get; init; } = 1500;

    /// <summary>So many texts under a key are read before its runs; each takes about 10 µs.</summary>
    public int Texts { get; init; } = 500;

    /// <summary>False where the number of runs is not shown.</summary>
    public bool WantsTotal { get; init; } = true;

    /// <summary>Adds what is known of a condition of the filter.</summary>
    public void Add(RunCondition condition) => _conditions[condition.Row] = condition;

    /// <inheritdoc />
    public async Task<FoundRows?> FindAsync(
        NpgsqlDataSource source,
        ListFilter filter,
        ListPage page,
        CancellationToken cancellationToken
    )
    {
        if (RunWalk.IsColumn(page.Sort) && filter.Conditions.All(row => row is RunCondition.NotDeleted))
        {
            return null;
        }

        var own = filter.Copy();
        return RunWalk.Of(page, own.Parameter) is { } walks
            ? await FindAsync(source, own, page, walks, cancellationToken)
            : null;
    }

    /// <summary>Finds the runs of a page.</summary>
    /// <param name="own">The filter, with the parameters of the order.</param>
    /// <param name="walks">The parts of the order.</param>
    public async Task<FoundRows> FindAsync(
        NpgsqlDataSource source,
        ListFilter own,
        ListPage page,
        IReadOnlyList<RunWalk> walks,
        CancellationToken cancellationToken
    )
    {
        await using var search = await RunQueries.OpenAsync(source, own, cancellationToken);
        var conditions = await ConditionsAsync(search, own, cancellationToken);
        var (counts, few) = await CountAsync(search, conditions, cancellationToken);
        if (few is not null)
        {
            var numbers = await AmongAsync(search, conditions, counts, few, cancellationToken);
            return await OfFewAsync(search, page, walks, conditions, numbers, cancellationToken);
        }

        var wanted = page.Limit + 1 + page.Offset;
        if (
            wanted <= MostTries
            && await TryAsync(search, page, walks, conditions, wanted, cancellationToken) is { } found
        )
        {
            return Page(found, page) with
            {
                Total = await TotalAsync(search, own, conditions, counts, cancellationToken),
            };
        }

        if (Driver(conditions, counts) is { } driver)
        {
            var candidates = await search.JoinedNumbersAsync(Candidates(conditions, driver), cancellationToken);
            if (candidates.Length <= Many)
            {
                return await OfFewAsync(search, page, walks, conditions, [.. candidates.Distinct()], cancellationToken);
            }
        }

        var holds = Holds(conditions);
        var walked = await WalkAsync(
            search,
            page,
            walks,
            (walk, offset, limit) => walk.Sql(page, conditions, holds(walk.Run), offset, limit),
            walk => walk.CountSql(holds(walk.Run)),
            cancellationToken
        );
        return Page(walked, page with { Offset = 0 }) with
        {
            Total = await TotalAsync(search, own, conditions, counts, cancellationToken),
        };
    }

    /// <summary>
    /// The runs that fulfil all conditions, of which few fulfil one: the conditions that not many fulfil are asked for all runs, the others
    /// for each that is left.
    /// </summary>
    private async Task<int[]> AmongAsync(
        RunQueries search,
        List<RunCondition> conditions,
        Dictionary<RunCondition, int> counts,
        RunCondition few,
        CancellationToken cancellationToken
    )
    {
        var others = conditions.FindAll(one => one != few);
        var read = others.FindAll(one =>
            one.Row is RunCondition.NotDeleted || counts.GetValueOrDefault(one, Many + 1) <= Many
        );
        var numbers = await search.NumbersAsync(
            $"select array(select distinct d.run from ({few.Numbers}) d where {Holds(read)("d.run")})",
            cancellationToken
        );
        var left = others.FindAll(one => !read.Contains(one));
        return numbers.Length == 0 || left.Count == 0
            ? numbers
            : await search.NumbersAsync(
                $"select array(select r.number from run r where r.number = any({search.Parameter(numbers)}) and {Rows(left)})",
                cancellationToken
            );
    }

    /// <summary>The page among all runs of the list, when these are few.</summary>
    private async Task<FoundRows> OfFewAsync(
        RunQueries search,
        ListPage page,
        IReadOnlyList<RunWalk> walks,
        List<RunCondition> conditions,
        int[] numbers,
        CancellationToken cancellationToken
    )
    {
        if (numbers.Length <= Few)
        {
            return new(parameter => $"r.number = any({parameter(numbers)})", HasMore: null);
        }

        var known = search.Parameter(numbers);
        var walked = await WalkAsync(
            search,
            page,
            walks,
            (walk, offset, limit) =>
                numbers.Length <= LookUps
                    ? walk.SqlOfFew(page, known, offset, limit)
                    : walk.Sql(page, conditions, $"(({walk.Run} in (select unnest({known}))) is true)", offset, limit),
            walk => walk.CountSql($"{walk.Run} = any({known})"),
            cancellationToken
        );
        return Page(walked, page with { Offset = 0 }) with { Total = numbers.Length };
    }

    /// <inheritdoc />
    public async Task<long?> CountAsync(NpgsqlDataSource source, ListFilter filter, CancellationToken cancellationToken)
    {
        await using var search = await RunQueries.OpenAsync(source, filter.Copy(), cancellationToken);
        var conditions = await ConditionsAsync(search, filter, cancellationToken);
        var (counts, few) = await CountAsync(search, conditions, cancellationToken);
        if (few is not null)
        {
            return await search.CountAsync(
                $"select count(*) from run r where r.number in ({few.Numbers}) and {Rows(conditions)}",
                cancellationToken
            );
        }

        return await search.JoinedCountAsync(CountSql(conditions, Driver(conditions, counts)), cancellationToken);
    }

    /// <summary>How many runs there are where that is read quickly, as for most tags; otherwise null.</summary>
    private async Task<long?> TotalAsync(
        RunQueries search,
        ListFilter filter,
        List<RunCondition> conditions,
        Dictionary<RunCondition, int> counts,
        CancellationToken cancellationToken
    ) =>
        WantsTotal
        && !filter.IsCounted
        && counts.Count > 0
        && conditions.TrueForAll(one =>
            one.Row is RunCondition.NotDeleted || (counts.TryGetValue(one, out var count) && count <= Many)
        )
            ? await search.JoinedCountAsync(CountSql(conditions, Driver(conditions, counts)), cancellationToken)
            : null;

    private static string CountSql(List<RunCondition> conditions, RunCondition? driver)
    {
        var (numbers, others) = driver is null
            ? ("select number as run from run", conditions)
            : (
                $"select {(driver.MayRepeat ? "distinct " : "")}run from ({driver.Numbers}) numbers",
                conditions.FindAll(one => one != driver)
            );
        return $"select count(*) from ({numbers}) d where {Joins(others)}";
    }

    /// <summary>How many fulfil each condition that has an index, as far as <see cref="Many"/>; and one that few do.</summary>
    private async Task<(Dictionary<RunCondition, int> Counts, RunCondition? Few)> CountAsync(
        RunQueries search,
        List<RunCondition> conditions,
        CancellationToken cancellationToken
    )
    {
        var counted = conditions.FindAll(condition => condition is { Numbers: not null, IsScan: false });
        var counts = new Dictionary<RunCondition, int>();
        if (counted.Count > 0)
        {
            var numbers = await search.NumbersAsync(
                $"select array[{string.Join(", ", counted.Select(one => $"(select count(*)::int from ({one.Numbers} limit {Many + 1}) c)"))}]",
                cancellationToken
            );
            for (var i = 0; i < counted.Count; i++)
            {
                counts[counted[i]] = numbers[i];
            }
        }

        var least = counts.Count == 0 ? null : counts.MinBy(count => count.Value).Key;
        return (counts, least is not null && counts[least] <= LookUps ? least : null);
    }

    /// <summary>
    /// Looks for the page among the first runs in order; null when it is not certain to be there. What the first attempt finds tells how many
    /// runs the next one needs, and whether there is one.
    /// </summary>
    private async Task<int[]?> TryAsync(
        RunQueries search,
        ListPage page,
        IReadOnlyList<RunWalk> walks,
        List<RunCondition> conditions,
        long wanted,
        CancellationToken cancellationToken
    )
    {
        for (var steps = Math.Min(MostTries, wanted * TriesEach); ; )
        {
            var (found, isAll) = await TryAsync(search, page, walks, conditions, wanted, steps, cancellationToken);
            if (found.Count >= wanted || isAll)
            {
                return [.. found];
            }

            var needed = found.Count == 0 ? long.MaxValue : (steps * wanted * 4 / (found.Count * 3)) + 1;
            if (needed > MostTries)
            {
                return null;
            }

            steps = needed;
        }
    }

    private static async Task<(List<int> Found, bool IsAll)> TryAsync(
        RunQueries search,
        ListPage page,
        IReadOnlyList<RunWalk> walks,
        List<RunCondition> conditions,
        long wanted,
        long steps,
        CancellationToken cancellationToken
    )
    {
        var found = new List<int>();
        foreach (var walk in walks)
        {
            var (walked, numbers) = await search.TryAsync(
                walk.TrySql(page, conditions, steps, wanted - found.Count),
                cancellationToken
            );
            found.AddRange(numbers);
            steps -= walked;
            if (found.Count >= wanted || steps <= 0)
            {
                return (found, false);
            }
        }

        return (found, true);
    }

    private static async Task<int[]> WalkAsync(
        RunQueries search,
        ListPage page,
        IReadOnlyList<RunWalk> walks,
        Func<RunWalk, long, long, string> sql,
        Func<RunWalk, string> countSql,
        CancellationToken cancellationToken
    )
    {
        var found = new List<int>();
        var (offset, limit) = (page.Offset, page.Limit + 1);
        foreach (var walk in walks)
        {
            var numbers = await search.NumbersAsync(sql(walk, offset, limit - found.Count), cancellationToken);
            found.AddRange(numbers);
            if (found.Count == limit)
            {
                break;
            }

            offset =
                numbers.Length > 0 || offset == 0
                    ? 0
                    : offset - await search.CountAsync(countSql(walk), cancellationToken);
        }

        return [.. found];
    }

    /// <summary>The numbers of runs that fulfil all conditions, up to one more than <see cref="Many"/>.</summary>
    private string Candidates(List<RunCondition> conditions, RunCondition driver) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            select array(select d.run from ({driver.Numbers}) d
              where {Joins(conditions.Where(one => one != driver))} limit {Many + 1})
            """
        );

    /// <summary>The condition to begin with; null when none has an index.</summary>
    private static RunCondition? Driver(List<RunCondition> conditions, Dictionary<RunCondition, int> counts) =>
        conditions
            .Where(condition => condition.Numbers is not null)
            .MinBy(condition => counts.GetValueOrDefault(condition, int.MaxValue));

    private static Func<string, string> Holds(List<RunCondition> conditions) =>
        run => string.Join(" and ", conditions.Select(condition => condition.Holds(run)).DefaultIfEmpty("true"));

    private static string Joins(IEnumerable<RunCondition> conditions) =>
        string.Join(" and ", conditions.Select(condition => condition.Joins("d.run")).DefaultIfEmpty("true"));

    private static string Rows(List<RunCondition> conditions) =>
        string.Join(" and ", conditions.Select(condition => condition.Row).DefaultIfEmpty("true"));

    private async Task<List<RunCondition>> ConditionsAsync(
        RunQueries search,
        ListFilter filter,
        CancellationToken cancellationToken
    )
    {
        var conditions = RunCondition.Merge(
            filter.Conditions.Select(row => _conditions.GetValueOrDefault(row) ?? RunCondition.OfRow(row))
        );
        for (var i = 0; i < conditions.Count; i++)
        {
            if (
                conditions[i].Texts is { } texts
                && await search.TextsAsync(texts.Sql(Texts), cancellationToken) is { } fulfilling
            )
            {
                conditions[i] = texts.With(search.Parameter(fulfilling)) with { Row = conditions[i].Row };
            }
        }

        return conditions;
    }

    private static FoundRows Page(int[] found, ListPage page)
    {
        var numbers = found.Skip((int)page.Offset).Take(page.Limit).ToArray();
        return new(
            parameter => $"r.number = any({parameter(numbers)})",
            HasMore: found.Length > page.Offset + page.Limit
        );
    }
}
