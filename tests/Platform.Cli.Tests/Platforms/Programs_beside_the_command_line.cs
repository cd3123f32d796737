using Platform.Cli.Platforms;

namespace Platform.Cli.Tests.Platforms;

public sealed class Programs_beside_the_command_line : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void are_found_in_the_source_tree()
    {
        var gateway = Make("bin", "Platform.Gateway", "release", "Platform.Gateway.dll");
        Make("bin", "Platform.Cli", "release", "Platform.Gateway.dll");

        Assert.Equal(
            gateway,
            BuiltPrograms.ProgramOf("Platform.Gateway", _folder.In("bin", "Platform.Cli", "release"))
        );
    }

    [Fact]
    public void are_found_where_all_were_published()
    {
        var gateway = Make("opt", "Platform.Gateway.dll");

        Assert.Equal(gateway, BuiltPrograms.ProgramOf("Platform.Gateway", _folder.In("opt")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/opt/")]
    [InlineData("/usr/local/bin")]
    public void that_are_missing_are_named_with_what_to_do(string folder)
    {
        var error = Assert.Throws<CliException>(() => BuiltPrograms.ProgramOf("Platform.Gateway", folder));

        Assert.Contains("runs Platform.Gateway.dll", error.Message, StringComparison.Ordinal);
        Assert.Contains("scripts/publish.sh", error.Message, StringComparison.Ordinal);
        Assert.Contains("--server URL", error.Message, StringComparison.Ordinal);
    }

    private string Make(params string[] parts)
    {
        var file = _folder.In(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
