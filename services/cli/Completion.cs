using System.CommandLine;

namespace Platform.Cli;

/// <summary>Prints scripts with which shells complete commands and options.</summary>
internal static class Completion
{
    // The line's first word is the program, as the user typed it; without a build, which would make the shell wait. Options are
    // offered after a dash only, as shells do, so that files come where a command takes some.
    private const string Bash = """
        # bash completion for platform; load it with: eval "$(./platform completion bash)"
        _platform() {
            local IFS=$'\n' line=${COMP_LINE#"${COMP_WORDS[0]}"}
            local position=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
            local found=$(PLATFORM_NO_BUILD=1 "${COMP_WORDS[0]}" "[suggest:$((position > 0 ? position - 1 : 0))]" "${line# }" 2>/dev/null)
            [[ $2 == -* ]] || found=$(grep -v '^[-/]' <<<"$found")
            COMPREPLY=($(compgen -W "$found" -- "$2"))
        }
        complete -o default -F _platform platform ./platform
        """;

    private const string Zsh = """
        # zsh completion for platform; load it with: eval "$(./platform completion zsh)"
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
        _platform() {
            local line="${(j: :)words[2,CURRENT]}"
            local -a found
            found=("${(@f)$(PLATFORM_NO_BUILD=1 "${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ "${words[CURRENT]}" == -* ]] || found=("${(@)found:#[-\/]*}")
            [[ -n "${found[1]}" ]] && compadd -- "${found[@]}" || _files
        }
        compdef _platform platform ./platform
        """;

    private const string Fish = """
        # fish completion for platform; load it with: ./platform completion fish | source
        function __platform_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l line (string join ' ' -- $words[2..])
            env PLATFORM_NO_BUILD=1 $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -v -- '/*'
        end
        complete -c platform -a '(__platform_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script with which a shell completes commands and options.")
        {
            shell,
        };
        command.RefuseJson("A script is printed as it is; --json does not apply to it.");
        return command.Does(async context =>
        {
            await context.Out.WriteLineAsync(
                context.Value(shell) switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => Fish,
                }
            );
            return 0;
        });
    }
}
