using System.CommandLine;

namespace Platform.Cli.Tests;

public sealed class Numbers_that_people_write
{
    /// <summary>Every option that is a number, of every command.</summary>
    public static TheoryData<string, string, string> WrongNumbers
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var (path, command) in CommandTree.Leaves())
            {
                foreach (var option in command.Options.Where(option => IsNumber(option.ValueType)))
                {
                    foreach (var text in new[] { "1,5", "1,000", "NaN", "Infinity", "-Infinity", "1e400", "" })
                    {
                        all.Add(path, option.Name, text);
                    }
                }
            }

            return all;

            static bool IsNumber(Type type) =>
                new[] { typeof(int), typeof(long), typeof(double) }.Contains(Nullable.GetUnderlyingType(type) ?? type);
        }
    }

    [Theory]
    [MemberData(nameof(WrongNumbers))]
    public async Task are_refused_when_they_may_mean_another_or_none(string command, string name, string text)
    {
        var result = await CommandResult.OfAsync([.. command.Split(' '), $"{name}={text}"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(name, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("defect", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-1e-3", -0.001)]
    [InlineData("3", 3)]
    public void have_a_point(string text, double expected)
    {
        Assert.True(Numbers.TryRead(text, out var number));
        Assert.Equal(expected, number);
    }
}
