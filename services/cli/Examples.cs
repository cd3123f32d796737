using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Platform.Cli;

/// <summary>Examples at the end of a command's help.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> _examples = [];

    /// <summary>Gives the command examples, each a line as somebody would write it after <c>./platform</c>.</summary>
    public static Command WithExamples(this Command command, params string[] lines)
    {
        _examples.AddOrUpdate(command, lines);
        return command;
    }

    /// <summary>Lets the help of all commands end with their examples.</summary>
    public static void AddToHelp(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
    {
        /// <summary>Help is wanted also where an argument is missing.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exitCode = help.Invoke(parseResult);
            if (_examples.TryGetValue(parseResult.CommandResult.Command, out var lines))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  ./platform {line}");
                }

                output.WriteLine();
            }

            return exitCode;
        }
    }
}
