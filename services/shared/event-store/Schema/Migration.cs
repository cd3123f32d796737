namespace Platform.EventStore;

/// <summary>One step of a service's own tables, run once, in order, in a transaction, under the schema's advisory lock.</summary>
/// <param name="Name">Its key in the schema's <c>migration</c> table, such as <c>001_job_summary</c>. Never changed once released.</param>
/// <param name="Sql">DDL; the search path is the service's schema.</param>
public sealed record Migration(string Name, string Sql);
