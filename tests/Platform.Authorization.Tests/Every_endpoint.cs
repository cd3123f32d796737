using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Platform.Authorization.Tests;

/// <summary>Every endpoint of every service with every kind of caller, against one table.</summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Every_endpoint(World world)
{
    private static readonly Asker[] _askers = Enum.GetValues<Asker>();

    public static TheoryData<string> Rows => [.. Table.Rows.Select(row => row.ToString())];

    [Fact]
    public void names_its_policy()
    {
        var open = Mapped()
            .Where(endpoint =>
                endpoint.Endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
                && endpoint.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null
            )
            .Select(endpoint => endpoint.Name);
        Assert.Empty(open);
    }

    [Fact]
    public void has_a_row_in_the_table()
    {
        var mapped = Mapped().Where(endpoint => !endpoint.IsProxied).Select(endpoint => endpoint.Name).ToList();
        var rows = Table.Rows.Select(row => row.ToString()).ToList();
        Assert.Empty(mapped.Except(rows, StringComparer.Ordinal).Select(name => $"has no row: {name}"));
        Assert.Empty(rows.Except(mapped, StringComparer.Ordinal).Select(name => $"is not mapped: {name}"));
    }

    [Fact]
    public void is_the_same_in_one_process()
    {
        var whole = world.Whole.Endpoints.Select(RouteOf).Distinct(StringComparer.Ordinal).ToList();
        var rows = Table.Rows.Select(row => row.Route).ToList();
        Assert.Empty(whole.Except(rows, StringComparer.Ordinal));
        Assert.Empty(rows.Except(whole, StringComparer.Ordinal));
    }

    [Theory]
    [Trait("check", "SEC-01")]
    [MemberData(nameof(Rows))]
    public async Task answers_each_caller_as_the_table_says(string name)
    {
        var row = Table.Rows.Single(row => row.ToString() == name);
        var wrong = new List<string>();
        foreach (var asker in _askers)
        {
            var expected = row.Expected?[asker] ?? Verdict.Allowed;
            foreach (var (way, address, token) in Ways(row, asker))
            {
                var got = await AskAsync(row, address, token);
                if (got.Verdict != expected)
                {
                    wrong.Add($"{asker} {way}: expected {expected}, got {got.Said}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{row}\n{string.Join('\n', wrong)}");
    }

    [Theory]
    [Trait("check", "SEC-01")]
    [MemberData(nameof(Rows))]
    public async Task takes_no_invalid_credential(string name)
    {
        var row = Table.Rows.Single(row => row.ToString() == name);
        var expected = row.Expected is null ? Verdict.Allowed : Verdict.Unauthenticated;
        var wrong = new List<string>();
        foreach (var (what, token) in world.Credentials.Invalid)
        {
            foreach (var (way, address) in Addresses(row))
            {
                var got = await AskAsync(row, address, token);
                if (got.Verdict != expected)
                {
                    wrong.Add($"{what} {way}: expected {expected}, got {got.Said}");
                }
            }
        }

        foreach (var (way, address) in Addresses(row))
        {
            // What services of release 0.1.0 believed.
            var got = await AskAsync(
                row,
                address,
                token: null,
                ("X-Platform-Subject", "user:root"),
                ("X-Platform-Attempt", $"{World.Attempt}")
            );
            if (got.Verdict != expected)
            {
                wrong.Add($"forged header {way}: expected {expected}, got {got.Said}");
            }
        }

        Assert.True(wrong.Count == 0, $"{row}\n{string.Join('\n', wrong)}");
    }

    [Theory]
    [Trait("check", "SEC-01")]
    [MemberData(nameof(Rows))]
    public async Task takes_no_credential_from_outside_past_the_gateway(string name)
    {
        var row = Table.Rows.Single(row => row.ToString() == name);
        if (row.Service is "gateway")
        {
            // Nothing lies past it: what it takes itself is what the first test sends.
            Assert.Equal(world.Gateway.Address, Addresses(row).Last().Address);
            return;
        }

        foreach (var asker in _askers.Where(asker => asker is not Asker.Service))
        {
            var got = await AskAsync(row, world.Services[row.Service].Address, world.Credentials.TokenOf(asker));
            Assert.Equal(
                (asker, row.Expected is null ? Verdict.Allowed : Verdict.Unauthenticated),
                (asker, got.Verdict)
            );
        }
    }

    private IEnumerable<(string Way, Uri Address)> Addresses(Row row)
    {
        // What every process has is the gateway's where all is one process.
        if (row.Service is "gateway" || row.Path(world).Split('/')[1] is "api" or "ajax-api")
        {
            yield return ("in one process", world.Whole.Address);
            yield return ("through the gateway", world.Gateway.Address);
        }

        if (row.Service is not "gateway")
        {
            yield return ("at the service", world.Services[row.Service].Address);
        }
    }

    private IEnumerable<(string Way, Uri Address, string Token)> Ways(Row row, Asker asker) =>
        Addresses(row)
            .Select(to =>
                (
                    to.Way,
                    to.Address,
                    to.Way is "at the service"
                        ? world.Credentials.InternalTokenOf(asker)
                        : world.Credentials.TokenOf(asker)
                )
            );

    private async Task<(Verdict Verdict, string Said)> AskAsync(
        Row row,
        Uri address,
        string? token,
        params (string Name, string Value)[] headers
    )
    {
        using var response = await world.SendAsync(row, address, token, headers);
        var status = (int)response.StatusCode;
        var isProblem = response.Content.Headers.ContentType?.MediaType is "application/problem+json";
        var body = isProblem ? await response.Content.ReadAsStringAsync() : "";
        // HEAD is answered without it.
        var type = body.Length > 0 ? $"{JsonNode.Parse(body)!["type"]}" : "";
        var verdict = status switch
        {
            401 => Verdict.Unauthenticated,
            403 => Verdict.Forbidden,
            409 when row.Method is "HEAD" || type.EndsWith(".attempt-fenced", StringComparison.Ordinal) =>
                Verdict.Fenced,
            // Unless it is the answer of a service that is not ready, which the rows of health do not wait for.
            >= 500 when !row.Path(world).StartsWith("/health", StringComparison.Ordinal) =>
                throw new InvalidOperationException($"{row} answered {status}: {body}"),
            _ => Verdict.Allowed,
        };
        return (verdict, $"{status} {type}");
    }

    private IEnumerable<(string Name, RouteEndpoint Endpoint, bool IsProxied)> Mapped() =>
        world
            .Services.Append(KeyValuePair.Create("gateway", world.Gateway))
            .SelectMany(process =>
                process.Value.Endpoints.Select(endpoint =>
                    (
                        $"{process.Key}: {RouteOf(endpoint)}",
                        endpoint,
                        endpoint.Metadata.GetMetadata<Yarp.ReverseProxy.Model.RouteModel>() is not null
                    )
                )
            );

    /// <summary>As <see cref="Row.Route"/> has it.</summary>
    internal static string RouteOf(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];
        return $"{(methods.Count == 0 ? "ANY" : string.Join(',', methods))} {endpoint.RoutePattern.RawText}";
    }
}
