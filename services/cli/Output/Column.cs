namespace Platform.Cli.Output;

/// <summary>How the cells of a column are shown.</summary>
internal enum ColumnKind
{
    Text,

    /// <summary>An id: on a terminal only its end, as the web app shows it.</summary>
    Id,

    /// <summary>A status, in its colour.</summary>
    Status,

    /// <summary>A time: on a terminal as its clock shows it.</summary>
    Time,
}

/// <summary>A column of a table.</summary>
/// <param name="Drop">On a narrow terminal the columns with the highest number are left out first; 0 always stays.</param>
/// <param name="Least">How many characters are left when the column is shortened.</param>
/// <param name="IsName">The heading is a name that somebody gave, and stays as it is.</param>
internal sealed record Column(
    string Heading,
    int Drop = 0,
    int Least = 12,
    ColumnKind Kind = ColumnKind.Text,
    bool IsName = false
)
{
    /// <summary>The heading as a table shows it.</summary>
    public string Title => IsName ? Heading : Heading.ToUpperInvariant();

    public static Column Id(string heading = "id", int drop = 0) => new(heading, drop, Kind: ColumnKind.Id);

    public static Column Status() => new("status", Kind: ColumnKind.Status);

    public static Column Time(string heading, int drop) =>
        new(heading, drop, Least: "2026-01-02 03:04:05".Length, Kind: ColumnKind.Time);

    public static implicit operator Column(string heading) => new(heading);
}
