using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Cli.Output;
using Platform.Cli.Platforms;

namespace Platform.Cli.Tests.Output;

/// <summary>The built program on a pseudo-terminal of <c>script</c>, as a person sees it.</summary>
public sealed partial class Tables_on_a_terminal
{
    private const string Escape = "\u001b";

    private static readonly string[] _ids =
    [
        "019a0000-0000-7000-8000-0001d80259c0",
        "019a0000-0000-7000-8000-0003b004b380",
        "019a0000-0000-7000-8000-000588070d40",
    ];

    private static readonly string _page = $$"""
        {"items":[
          {"id":"{{_ids[0]}}","name":"needs-8-gpus","project":"demo/llm","status":"queued","attempt":1,"submittedBy":"user:anna",
           "reason":"needs 8 GPUs; the largest node has 0, and this goes on and on until no terminal is wide enough for it"},
          {"id":"{{_ids[1]}}","name":"{{new string('x', 120)}}","project":"demo/{{new string(
            'y',
            100
        )}}","status":"running","attempt":1},
          {"id":"{{_ids[2]}}","name":"数据集训练任务","project":"演示","status":"failed","attempt":12,"reason":"exit_code"}
        ],"total":3}
        """;

    [Theory]
    [InlineData(80)]
    [InlineData(140)]
    [InlineData(200)]
    public async Task have_one_row_a_line_whatever_is_in_them(int width)
    {
        var lines = Plain(await OnTerminalAsync(width, _page, "jobs", "list")).Split('\n');

        Assert.Equal(4, lines.Length);
        Assert.StartsWith("ID        NAME", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("d80259c0  needs-8-gpus ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("b004b380  xxxxxxxx", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("88070d40  数据集训练", lines[3], StringComparison.Ordinal);
        Assert.Contains("  queued  ", lines[1], StringComparison.Ordinal);
        Assert.Contains("…", lines[2], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(TableLayout.WidthOf(line), 1, width));
    }

    [Fact]
    public async Task leave_out_what_matters_least_when_it_is_narrow()
    {
        Assert.Equal("ID NAME STATUS AGE", await HeadingsAsync(40));
        Assert.Equal("ID NAME PROJECT STATUS NODES AGE REASON", await HeadingsAsync(80));
        Assert.Equal("ID NAME PROJECT STATUS ATTEMPT NODES OWNER AGE REASON", await HeadingsAsync(140));

        static async Task<string> HeadingsAsync(int width) =>
            Regex.Replace(
                Plain(await OnTerminalAsync(width, _page, "jobs", "list")).Split('\n')[0],
                " +",
                " ",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            );
    }

    [Fact]
    public async Task are_coloured_unless_NO_COLOR_is_set()
    {
        var coloured = await OnTerminalAsync(140, _page, "jobs", "list");
        Assert.Contains($"{Escape}[31mfailed{Escape}[0m", coloured, StringComparison.Ordinal);

        var plain = await OnTerminalAsync(140, _page, "NO_COLOR=1", "jobs", "list");
        Assert.DoesNotContain(Escape, plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nodes list")]
    [InlineData("runs list")]
    [InlineData("artifacts list")]
    [InlineData("projects list")]
    [InlineData("users list")]
    [InlineData("tokens list")]
    public async Task fit_for_every_list(string command)
    {
        var text = new string('n', 300);
        var item =
            $$"""{"id":"{{_ids[0]}}","name":"{{text}}","path":"{{text}}","project":"{{text}}","description":"a\nb","user":"{{text}}","role":"viewer","status":"online","type":"dataset","updatedAt":"2026-11-28T10:00:00Z"}""";
        var output = await OnTerminalAsync(80, $$"""{"items":[{{item}},{{item}}]}""", command.Split(' '));

        var lines = Plain(output).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.InRange(TableLayout.WidthOf(line), 1, 80));
    }

    [Fact]
    public async Task have_times_of_its_clock()
    {
        const string Page = """{"items":[{"name":"2026-11-28T10:00:00Z","updatedAt":"2026-11-28T20:00:00Z"}]}""";

        var lines = Plain(await OnTerminalAsync(200, Page, "TZ=Asia/Tokyo", "artifacts", "list")).Split('\n');

        Assert.EndsWith("2026-11-29 05:00:00", lines[1].TrimEnd(), StringComparison.Ordinal);
        Assert.StartsWith("2026-11-28T10:00:00Z ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task have_times_of_its_clock_in_a_list_of_fields()
    {
        const string Project = """{"path":"a","createdAt":"2026-11-28T20:00:00Z"}""";

        var shown = Plain(await OnTerminalAsync(200, Project, "TZ=Asia/Tokyo", "projects", "show", "a"));

        Assert.Matches("created +2026-11-29 05:00:00\n", shown);
    }

    [Fact]
    public async Task are_whole_in_a_pipe()
    {
        await using var platform = await FakePlatform.AnsweringAsync(_page);

        var lines = (await platform.RunAsync("jobs", "list")).Output.TrimEnd('\n').Split('\n');

        Assert.Equal("ID\tNAME\tPROJECT\tSTATUS\tATTEMPT\tNODES\tOWNER\tAGE\tREASON", lines[0]);
        Assert.Equal(_ids, lines.Skip(1).Select(line => line.Split('\t')[0]));
        Assert.Equal(new string('x', 120), lines[2].Split('\t')[1]);
        Assert.All(lines, line => Assert.Equal(9, line.Split('\t').Length));
    }

    [Fact]
    public void are_shortened_by_what_a_terminal_shows_not_by_characters()
    {
        Assert.Equal("数据…", TableLayout.Shorten("数据集训练", 5));
        Assert.Equal("数据…", TableLayout.Shorten("数据集训练", 6));
        Assert.Equal("🎉…", TableLayout.Shorten("🎉🎉🎉", 4));
        Assert.Equal("abc", TableLayout.Shorten("abc", 3));
    }

    [Fact]
    public void pass_nothing_on_that_a_terminal_obeys() =>
        Assert.Equal("a  b [31mc ", TableLayout.OneLine($"a\r\n\tb{Escape}[31mc\u009b"));

    /// <summary>What a command prints on a terminal; leading words with <c>=</c> are its environment.</summary>
    private static async Task<string> OnTerminalAsync(int width, string answer, params string[] words)
    {
        await using var platform = await FakePlatform.AnsweringAsync(answer);
        var start = new ProcessStartInfo("script")
        {
            ArgumentList =
            {
                "-qec",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"stty cols {width} rows 40; exec '{BuiltPrograms.DotNet}' '{BuiltPrograms.FolderOf("Platform.Cli")}/platform.dll' {string.Join(' ', words.Where(word => !word.Contains('=')))} --server {platform.Url}"
                ),
                "/dev/null",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent";
        start.Environment.Remove("NO_COLOR");
        foreach (var pair in words.Where(word => word.Contains('=')).Select(word => word.Split('=')))
        {
            start.Environment[pair[0]] = pair[1];
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output.ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static string Plain(string text) => Colours().Replace(text, "");

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colours();
}
