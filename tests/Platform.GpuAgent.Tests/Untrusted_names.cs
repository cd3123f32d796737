using System.Diagnostics;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

public sealed class Untrusted_names : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a")]
    [InlineData("a/b.txt")]
    [InlineData("outputs/")]
    [InlineData("...")]
    public void stay_inside(string path) =>
        Assert.StartsWith(_folder.Path + "/", WorkPaths.Resolve(_folder.Path, path), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void are_refused_when_they_lead_outside(string path) =>
        Assert.Throws<UnsafePathException>(() => WorkPaths.Resolve(_folder.Path, path));

    [Fact]
    public void are_refused_when_they_lead_through_a_link()
    {
        Directory.CreateSymbolicLink(_folder.In("link"), "/tmp");
        File.CreateSymbolicLink(_folder.In("dangling"), "/no/such/file");

        Assert.Throws<UnsafePathException>(() => WorkPaths.Resolve(_folder.Path, "link/x"));
        Assert.Throws<UnsafePathException>(() => WorkPaths.Resolve(_folder.Path, "dangling"));
    }

    [Fact]
    public void are_resolved_through_their_links()
    {
        Directory.CreateDirectory(_folder.In("work", "deep"));
        File.WriteAllText(_folder.In("work", "file"), "x");
        File.CreateSymbolicLink(_folder.In("work", "deep", "near"), "../file");
        File.CreateSymbolicLink(_folder.In("work", "twice"), "deep/near");
        File.CreateSymbolicLink(_folder.In("work", "away"), "../../x");
        File.CreateSymbolicLink(_folder.In("work", "loop"), "loop");
        Directory.CreateSymbolicLink(_folder.In("work", "root"), "/");

        Assert.Equal(_folder.In("work", "file"), Follow("deep/near"));
        Assert.Equal(_folder.In("work", "file"), Follow("twice"));
        Assert.Null(Follow("away"));
        Assert.Null(Follow("loop"));
        Assert.Null(Follow("root/etc/passwd"));
    }

    [Fact]
    public void that_are_no_text_are_listed_measured_and_removed()
    {
        var tree = _folder.In("tree");
        using (
            var shell = Process.Start(
                "sh",
                [
                    "-c",
                    """
                    mkdir "$0" "$0/$(printf 'folder\377')"; printf 12345 > "$0/$(printf 'folder\377')/inside"
                    touch "$0/$(printf 'latin\351')" "$0/�"; printf 123 > "$0/plain"
                    """,
                    tree,
                ]
            )
        )
        {
            shell.WaitForExit();
        }

        Assert.Equal([_folder.In("tree", "plain"), _folder.In("tree", "�")], FileTree.Files(tree).Order());
        Assert.Equal(
            [_folder.In("tree", "folder�"), _folder.In("tree", "latin�")],
            FileTree.WithoutName(tree).Order(StringComparer.Ordinal)
        );
        Assert.InRange(FileTree.Size(tree), 3, 100_000);
        FileTree.Delete(tree);
        Assert.False(Directory.Exists(tree));
    }

    [Theory]
    [InlineData("plain ü ☃", "'plain ü ☃'")]
    [InlineData("two\nlines", @"'two\nlines'")]
    [InlineData("red\u001b[31m \u202e", @"'red\u001b[31m \u202e'")]
    public void are_shown_on_one_line_as_they_are(string name, string shown)
    {
        Assert.Equal(shown, ArtifactPath.Shown(name));
    }

    [Theory]
    [InlineData("digits", "digits", "latest")]
    [InlineData("digits:latest", "digits", "latest")]
    [InlineData("digits:v3", "digits", "3")]
    [InlineData("digits:3", "digits", "3")]
    [InlineData("digits:vnext", "digits", "vnext")]
    public void of_artifacts_include_the_version(string reference, string name, string version) =>
        Assert.Equal(new ArtifactName(name, version), ArtifactName.Parse(reference));

    private string? Follow(string path) => WorkPaths.TargetInside(_folder.In("work"), _folder.In("work", path));
}
