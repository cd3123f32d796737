using Platform.EventStore;

namespace Platform.ProjectRetention;

/// <summary>The table behind <see cref="RetainedProjects{TStore}"/>.</summary>
public static class ProjectRetentionTable
{
    /// <summary>Creates it.</summary>
    public static Migration Migration(string name) =>
        new(
            name,
            """
            -- What the gateway has said of registered projects.
            create table project_retention (
              path text collate "C" primary key,
              retention_days int,
              version bigint not null);
            """
        );
}
