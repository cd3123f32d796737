using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>Settings that are checked before a process starts, all of them together.</summary>
public static class Settings
{
    /// <summary>Binds a section of the configuration, and has the process refuse values that it cannot use.</summary>
    public static OptionsBuilder<TOptions> AddSettings<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.All
        )]
            TOptions
    >(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsRules<TOptions>(section));
        services.AddSettingsCheck<TOptions>(section);
        return services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
    }

    /// <summary>Has the settings that somebody else registered checked together with the others.</summary>
    public static void AddSettingsCheck<TOptions>(this IServiceCollection services, string section)
        where TOptions : class => services.AddSingleton<ISettingsCheck>(new SettingsCheck<TOptions>(section));

    /// <summary>Reads a section that is needed to compose the process, and has it checked together with the others.</summary>
    /// <returns>The defaults where a value cannot be read, with which nothing is started.</returns>
    public static TOptions ReadSettings<TOptions>(this WebApplicationBuilder builder, string section)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<TOptions>().BindConfiguration(section);
        builder.Services.AddSettingsCheck<TOptions>(section);
        try
        {
            return builder.Configuration.GetSection(section).Get<TOptions>() ?? new TOptions();
        }
        catch (InvalidOperationException)
        {
            return new TOptions();
        }
    }

    /// <summary>What is wrong with all settings of the process: a sentence each.</summary>
    internal static IReadOnlyList<string> Problems(IServiceProvider provider) =>
        [
            .. provider
                .GetServices<ISettingsCheck>()
                .SelectMany(check => check.Problems(provider))
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Values of a section that are not of their setting's type.</summary>
    internal static IEnumerable<string> Unreadable(IConfiguration section, string path, Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .SelectMany(property =>
            {
                var value = section.GetSection(property.Name);
                try
                {
                    _ = value.Get(property.PropertyType);
                    return (string[])[];
                }
                catch (InvalidOperationException exception)
                {
                    return value.Value is { } text
                        ? [$"{path}:{property.Name} is '{text}', which is not {WordsFor(property.PropertyType)}."]
                        : [exception.Message];
                }
            });

    private static string WordsFor(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(plain))}"
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(int) || plain == typeof(long) ? "a whole number in range"
            : plain == typeof(double) ? "a number"
            : plain == typeof(TimeSpan) ? "a time such as 00:00:30"
            : $"a {plain.Name}";
    }
}

/// <summary>Checks the settings of one section.</summary>
internal interface ISettingsCheck
{
    IEnumerable<string> Problems(IServiceProvider provider);
}

/// <inheritdoc />
internal sealed class SettingsCheck<TOptions>(string section) : ISettingsCheck
    where TOptions : class
{
    public IEnumerable<string> Problems(IServiceProvider provider)
    {
        try
        {
            _ = provider.GetRequiredService<IOptionsMonitor<TOptions>>().CurrentValue;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (InvalidOperationException exception)
        {
            var configuration = provider.GetRequiredService<IConfiguration>().GetSection(section);
            var problems = Settings.Unreadable(configuration, section, typeof(TOptions)).ToList();
            return problems.Count > 0 ? problems : [exception.Message];
        }
    }
}

/// <summary>The rules that properties have as attributes; what they say names the setting as it is written.</summary>
internal sealed class SettingsRules<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(
            options,
            new ValidationContext(options),
            problems,
            validateAllProperties: true
        )
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => Sentence(section, problem)));
    }

    /// <summary>.NET says "The field X must …" and "The X field is …".</summary>
    private static string Sentence(string section, ValidationResult problem)
    {
        var text = problem.ErrorMessage ?? "";
        var member = problem.MemberNames.FirstOrDefault() ?? "";
        foreach (var start in (string[])[$"The field {member} ", $"The {member} field "])
        {
            if (text.StartsWith(start, StringComparison.Ordinal))
            {
                return $"{section}:{member} {text[start.Length..]}";
            }
        }

        return text;
    }
}
