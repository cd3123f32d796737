using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Platform.Authorization.Tests;

/// <summary>A field that is given twice, to every endpoint that reads JSON: which of the two counts is no server's to guess.</summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Doubled_fields(World world)
{
    /// <summary>MLflow's API takes what its clients send: the last of two counts.</summary>
    public static TheoryData<string> Rows =>
        [
            .. Table
                .Rows.Except(TableOfMlflow.Rows)
                .Where(row => row.Method is "POST" or "PUT" or "PATCH")
                .Select(row => row.ToString()),
        ];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task are_refused_by_every_endpoint_that_reads_JSON(string name)
    {
        var row = Table.Rows.Single(row => row.ToString() == name);
        if (await FieldAsync(row) is not var (field, value))
        {
            return;
        }

        var body = $$"""{"{{field}}":{{value}},"{{field}}":{{value}}}""";
        var asked = row with { Body = _ => new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await world.SendAsync(
            asked,
            world.Whole.Address,
            world.Credentials.TokenOf(Asker.Administrator)
        );
        await AssertRefusedAsync(response, field);
    }

    [Theory]
    [InlineData("POST /api/jobs/check", """{"name":"x","Name":"y"}""", "name")]
    [InlineData("POST /api/jobs/check", """{"env":{"A":"1","A":"2"}}""", "env.A")]
    [InlineData("POST /api/jobs/check", """{"retry":{"maxAttempts":1,"maxAttempts":2}}""", "maxAttempts")]
    [InlineData("POST /api/runs", """{"project":"demo","parameters":{"a":1,"a":2}}""", "parameters.a")]
    [InlineData("POST /api/runs", """{"project":"demo","parameters":{"a":[{"x":1,"x":2}]}}""", "x")]
    public async Task are_refused_at_any_depth(string request, string body, string field)
    {
        var (method, path) = (request.Split(' ')[0], request.Split(' ')[1]);
        var row = Table.Rows[0] with
        {
            Route = $"{method} {path}",
            Path = _ => path,
            Body = _ => new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var response = await world.SendAsync(
            row,
            world.Whole.Address,
            world.Credentials.TokenOf(Asker.Administrator)
        );
        await AssertRefusedAsync(response, field);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, string field)
    {
        var answer = await response.Content.ReadAsStringAsync();
        var problem = JsonNode.Parse(answer)!;
        Assert.Equal(
            (400, "/problems/invalid-json", $"The field '{field}' is given twice."),
            ((int)response.StatusCode, $"{problem["type"]}", $"{problem["detail"]}")
        );
    }

    /// <summary>A field of the body that an endpoint takes, with a value of its type; null when it takes no JSON.</summary>
    private async Task<(string Field, string Value)?> FieldAsync(Row row)
    {
        if (row.Body(world) is JsonContent example)
        {
            foreach (var (field, value) in JsonNode.Parse(await example.ReadAsStringAsync())!.AsObject())
            {
                return (field, value?.ToJsonString() ?? "null");
            }
        }

        var accepts = world
            .Whole.Endpoints.Single(endpoint => Every_endpoint.RouteOf(endpoint) == row.Route)
            .Metadata.GetMetadata<IAcceptsMetadata>();
        return accepts is { RequestType: { } type } && accepts.ContentTypes.Contains("application/json")
            ? (JsonNamingPolicy.CamelCase.ConvertName(type.GetProperties().First(IsNullable).Name), "null")
            : null;
    }

    private static bool IsNullable(PropertyInfo property) =>
        !property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null;
}
