using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Authorization.Tests;

public sealed class Signing_keys
{
    private const string Good = SignedIn.TokenKey;

    public static TheoryData<string?, string?, string> Bad =>
        new()
        {
            { null, null, "Platform:TokenKey is missing." },
            { "  ", null, "Platform:TokenKey is missing." },
            { "not base64!", null, "Platform:TokenKey is not Base64." },
            { "AQ==", null, "Platform:TokenKey has 1 bytes; it needs at least 32." },
            { Convert.ToBase64String(new byte[31]), null, "Platform:TokenKey has 31 bytes; it needs at least 32." },
            {
                Convert.ToBase64String(new byte[32]),
                null,
                "Platform:TokenKey is not random: all of its bytes are equal."
            },
            { Good, "AQ==", "Platform:PreviousTokenKey has 1 bytes; it needs at least 32." },
        };

    [Theory]
    [MemberData(nameof(Bad))]
    public void that_anybody_could_guess_are_refused(string? key, string? previous, string problem)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Options(key, previous));
        Assert.StartsWith(problem, Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void of_32_random_bytes_and_more_are_accepted()
    {
        Assert.Equal(Good, Options(Good, previous: null).TokenKey);
        Assert.Equal(Good, Options(Good, Good).PreviousTokenKey);
        Assert.NotNull(Options(Good, previous: "").TokenKey);
    }

    [Theory]
    [InlineData("Platform.Jobs")]
    [InlineData("Platform.Gateway")]
    [Trait("suite", "integration")]
    public async Task that_are_too_short_end_a_service_with_one_line(string program)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, $"{program}.dll"),
                "--urls=http://127.0.0.1:0",
                "--ConnectionStrings:Platform=Host=127.0.0.1;Port=1",
                "--Platform:TokenKey=AQ==",
                "--Gateway:Jobs=http://127.0.0.1:1",
                "--Gateway:Nodes=http://127.0.0.1:1",
                "--Gateway:Artifacts=http://127.0.0.1:1",
                "--Gateway:Tracking=http://127.0.0.1:1",
            },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(1, process.ExitCode);
        Assert.Equal("platform: Platform:TokenKey has 1 bytes; it needs at least 32.\n", await errors);
        Assert.Empty(await output);
    }

    private static TokenOptions Options(string? key, string? previous)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["Platform:TokenKey"] = key,
                        ["Platform:PreviousTokenKey"] = previous,
                    }
                )
                .Build()
        );
        services.AddServiceSecurity();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<TokenOptions>>().Value;
    }
}
