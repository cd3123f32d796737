using System.CommandLine;
using System.Reflection;

namespace Platform.Cli.Tests;

public sealed class Leaving_out_what_is_optional
{
    /// <summary>Every optional argument and option of every command.</summary>
    public static TheoryData<string, string> Optional
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var (path, command) in CommandTree.Leaves())
            {
                foreach (var argument in command.Arguments.Where(one => one.Arity.MinimumNumberOfValues == 0))
                {
                    all.Add(path, argument.Name);
                }

                foreach (var option in command.Options.Concat(GlobalOptions.All).Where(one => !one.Required))
                {
                    all.Add(path, option.Name);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Optional))]
    public void is_no_error_for_a_command_that_reads_it(string path, string name)
    {
        var parsed = CommandLineProgram.Root().Parse(path.Split(' '));
        using var context = new CommandContext(parsed, CancellationToken.None);
        var command = parsed.CommandResult.Command;
        Symbol symbol =
            (Symbol?)command.Arguments.FirstOrDefault(argument => argument.Name == name)
            ?? command.Options.Concat(GlobalOptions.All).First(option => option.Name == name);

        Assert.Null(Record.Exception(() => Read(context, symbol)));
    }

    /// <summary>Calls <c>Value</c> of the context, as commands do.</summary>
    private static void Read(CommandContext context, Symbol symbol)
    {
        var (definition, type) = symbol switch
        {
            Argument argument => (typeof(Argument<>), argument.ValueType),
            Option option => (typeof(Option<>), option.ValueType),
            _ => throw new ArgumentException("It has no value.", nameof(symbol)),
        };
        var read = typeof(CommandContext)
            .GetMethods()
            .Single(method =>
                method.Name is nameof(CommandContext.Value)
                && method.GetParameters()[0].ParameterType.GetGenericTypeDefinition() == definition
            )
            .MakeGenericMethod(type);
        read.Invoke(context, BindingFlags.DoNotWrapExceptions, binder: null, [symbol], culture: null);
    }
}
