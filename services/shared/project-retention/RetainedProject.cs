using System.Globalization;
using Npgsql;

namespace Platform.ProjectRetention;

/// <summary>A registered project that keeps what has ended for a number of days only.</summary>
/// <param name="Path">The project; what lies below it is kept as long, unless it has a setting of its own.</param>
/// <param name="Exceptions">Registered projects below it, whose own settings count.</param>
public sealed record RetainedProject(string Path, int Days, IReadOnlyList<string> Exceptions)
{
    /// <summary>Why something of the project is deleted, as a text for users.</summary>
    public string Reason =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Older than the retention of project {Path}, {Days} {(Days == 1 ? "day" : "days")}."
        );

    /// <summary>What has ended before this time is kept no longer.</summary>
    public DateTimeOffset EndedBefore(DateTimeOffset now) => now.AddDays(-Days);

    /// <summary>SQL that is true for rows of the project; its parameters are <c>$1</c> to <c>$4</c> (<see cref="AddTo"/>).</summary>
    /// <param name="column">The column with a row's project, a text.</param>
    public static string Condition(string column) =>
            // In the order of bytes, '0' follows '/'.
            $"""
            (({column}) collate "C" = $1 or ({column}) collate "C" >= $2 and ({column}) collate "C" < $3)
            and not exists (
              select from unnest($4::text[]) as x (path) where {column} = x.path or starts_with({column}, x.path || '/'))
            """;

    /// <summary>Adds the parameters of <see cref="Condition"/>; those of the rest of the statement follow.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Add(new() { Value = Path });
        parameters.Add(new() { Value = $"{Path}/" });
        parameters.Add(new() { Value = $"{Path}0" });
        parameters.Add(new() { Value = Exceptions.ToArray() });
    }
}
