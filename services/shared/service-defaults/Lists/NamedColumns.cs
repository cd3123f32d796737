using System.Data.Common;

namespace Platform.ServiceDefaults;

/// <summary>Reads columns by name, so that a query and its reader need not agree on an order.</summary>
public static class NamedColumns
{
    /// <summary>A value that is never null.</summary>
    public static T Value<T>(this DbDataReader row, string column)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.GetFieldValue<T>(row.GetOrdinal(column));
    }

    /// <summary>A value, or null.</summary>
    public static T? ValueOrNull<T>(this DbDataReader row, string column)
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(row);
        var ordinal = row.GetOrdinal(column);
        return row.IsDBNull(ordinal) ? null : row.GetFieldValue<T>(ordinal);
    }

    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this DbDataReader row, string column)
    {
        ArgumentNullException.ThrowIfNull(row);
        var ordinal = row.GetOrdinal(column);
        return row.IsDBNull(ordinal) ? null : row.GetString(ordinal);
    }
}
