using System.Globalization;

namespace Platform.LocalServers;

/// <summary>The user that a server runs as when the platform runs as root, which PostgreSQL refuses.</summary>
internal sealed record ServerUser(string Name, uint Id, uint Group)
{
    /// <summary>
    /// Who owns the data when there are any, so that root may look after a platform that another user runs; else <c>postgres</c>
    /// where it exists, else <c>nobody</c>. Null when the platform is not root and needs nobody else.
    /// </summary>
    public static ServerUser? For(string dataFolder)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        if (OperatingSystem.IsLinux() && Unix.OwnerOf(dataFolder) is { User: not 0 } owner)
        {
            var id = owner.User.ToString(CultureInfo.InvariantCulture);
            return new ServerUser(Find(fields => fields[2] == id)?.Name ?? id, owner.User, owner.Group);
        }

        return Find(fields => fields[0] == "postgres")
            ?? Find(fields => fields[0] == "nobody")
            ?? throw new LocalServerException(
                "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' to run it as. Run the platform as another user."
            );
    }

    /// <summary>What to put in front of a command so that it runs as this user.</summary>
    public IReadOnlyList<string> Prefix =>
        [
            "setpriv",
            $"--reuid={Id.ToString(CultureInfo.InvariantCulture)}",
            $"--regid={Group.ToString(CultureInfo.InvariantCulture)}",
            "--clear-groups",
            "--",
        ];

    /// <summary>Gives the user a file or folder, not what is in it.</summary>
    public void Own(string path) => Unix.ChangeOwner(path, Id, Group);

    /// <summary>Checks that the user may enter a folder and all above it.</summary>
    /// <exception cref="LocalServerException">It names the folder and what to do.</exception>
    public async Task RequireAccessAsync(string folder, CancellationToken cancellationToken)
    {
        var parents = new List<string>();
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            parents.Insert(0, current.FullName);
        }

        var result = await Programs.RunAsync(
            [
                .. Prefix,
                "sh",
                "-c",
                """for d; do test -x "$d" || { printf %s "$d"; exit 1; }; done""",
                "sh",
                .. parents,
            ],
            "/",
            cancellationToken
        );
        if (result.ExitCode != 0)
        {
            throw new LocalServerException(
                $"PostgreSQL runs as the user '{Name}', who may not enter {result.Output}. Choose another folder with --data (or PLATFORM_DATA), or allow it: chmod o+x {result.Output}"
            );
        }
    }

    private static ServerUser? Find(Func<string[], bool> isMeant)
    {
        var fields = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .FirstOrDefault(fields => fields.Length > 3 && isMeant(fields));
        return fields is null
            ? null
            : new ServerUser(
                fields[0],
                uint.Parse(fields[2], CultureInfo.InvariantCulture),
                uint.Parse(fields[3], CultureInfo.InvariantCulture)
            );
    }
}
