namespace Platform.Standalone.Tests;

[Trait("suite", "integration")]
public sealed class Logs_of_a_platform : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void that_others_append_to_go_on_empty_when_they_are_large()
    {
        var log = _folder.In("platform.log");
        var large = new string('x', (int)LogRotation.LargestBytes + 1);
        File.WriteAllText(log, large);

        LogRotation.Rotate(log);
        File.AppendAllText(log, "more");
        LogRotation.Rotate(log);

        Assert.Equal(large, File.ReadAllText(LogRotation.EarlierOf(log)));
        Assert.Equal("more", File.ReadAllText(log));
    }

    [Fact]
    public void that_there_are_not_are_passed_over()
    {
        LogRotation.Rotate(_folder.In("nowhere.log"));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void that_it_writes_itself_are_rotated_while_it_writes()
    {
        var path = _folder.In("logs", "platform.log");
        var console = Console.Out;
        var line = new string('x', 1 << 20);
        Console.SetOut(TextWriter.Null);
        try
        {
            using (LogFile.Open(path))
            {
                for (var i = 0; i < 20; i++)
                {
                    Console.WriteLine(line);
                }
            }
        }
        finally
        {
            Console.SetOut(console);
        }

        var earlier = new FileInfo(LogRotation.EarlierOf(path)).Length;
        Assert.InRange(earlier, LogRotation.LargestBytes, LogRotation.LargestBytes + (2 << 20));
        Assert.Equal(20 * (line.Length + 1), earlier + new FileInfo(path).Length);
    }
}
