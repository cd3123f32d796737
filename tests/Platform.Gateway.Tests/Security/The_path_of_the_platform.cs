using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tests.Security;

public sealed class The_path_of_the_platform
{
    public static TheoryData<string> Odd { get; } =
    [
        "ml",
        "//evil.example",
        "//evil.example/ml",
        "/ml//x",
        "/ml//",
        "/a b",
        "/ml\n",
        "/ml\r\nSet-Cookie: a=b",
        "/\"onload=alert(1)",
        "/'",
        "/<script>",
        "/..",
        "/ml/../x",
        "/ml/.",
        "/...",
        "/ünï",
        "/机器",
        "/%2e%2e",
        "/ml?x=1",
        "/ml#x",
        "/ml;x",
        "\\ml",
        "https://host/ml",
        "/" + new string('a', 200),
    ];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task is_refused_at_the_start_in_a_line_where_it_is_odd(string path)
    {
        Assert.False(PathPrefix.TryParse(path, out var prefix));
        Assert.False(prefix.HasValue);
        Assert.Equal(
            "platform: Gateway:PathBase is a path such as /ml: parts of letters, digits and - . _ ~, none of them only dots, 200 characters at most, and none of them is a name of the platform's own, such as api or jobs.",
            await RefusalOfAsync(path)
        );
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/Jobs")]
    [InlineData("/ml/jobs")]
    [InlineData("/assets/ml/")]
    public async Task is_no_address_of_the_platforms_own(string path) =>
        Assert.StartsWith("platform: Gateway:PathBase is a path", await RefusalOfAsync(path), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("/ml", "/ml")]
    [InlineData("/ml/", "/ml")]
    [InlineData("/Team-1/ml_2.0~x", "/Team-1/ml_2.0~x")]
    [InlineData("/.well", "/.well")]
    public async Task may_be_any_other(string? path, string expected)
    {
        Assert.True(PathPrefix.TryParse(path, out var prefix));
        Assert.Equal(new PathString(expected), prefix);
        Assert.Equal("", await RefusalOfAsync(path));
    }

    /// <summary>What the gateway writes at its start.</summary>
    private static async Task<string> RefusalOfAsync(string? path)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Gateway:PathBase"] = path;
        builder.Configuration["ConnectionStrings:Platform"] = "Host=nowhere";
        builder.AddPlatformDefaults("gateway");
        builder.AddGateway();
        await using var app = builder.Build();
        await using var errors = new StringWriter();
        await app.CheckSettingsAsync(errors);
        return string.Join(
            '\n',
            errors
                .ToString()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.Contains("PathBase", StringComparison.Ordinal))
        );
    }
}
