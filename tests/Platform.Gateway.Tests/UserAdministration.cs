using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Gateway.Tests;

/// <summary>Requests as an administrator makes them.</summary>
internal static class UserAdministration
{
    /// <summary>Sends a body as whoever the token belongs to.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this TestGateway gateway,
        HttpMethod method,
        string path,
        string token,
        object? body,
        string? ifMatch = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await gateway.Client.SendAsync(request);
    }

    /// <summary>Adds a user.</summary>
    public static async Task<JsonNode> AddUserAsync(this TestGateway gateway, string admin, string name, string role)
    {
        using var added = await gateway.SendAsync(HttpMethod.Post, "/api/users", admin, new { name, role });
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        return await added.JsonAsync();
    }

    /// <summary>Makes a token; whose and which the body says.</summary>
    public static async Task<JsonNode> MakeTokenAsync(this TestGateway gateway, string maker, object body)
    {
        using var made = await gateway.SendAsync(HttpMethod.Post, "/api/tokens", maker, body);
        Assert.True(made.StatusCode is HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return await made.JsonAsync();
    }

    /// <summary>Who a token speaks for: name and role, or the status when it is refused.</summary>
    public static async Task<string> WhoIsAsync(this TestGateway gateway, string token)
    {
        using var answer = await gateway.SendAsync(HttpMethod.Get, "/api/users/me", token);
        if (!answer.IsSuccessStatusCode)
        {
            return $"{(int)answer.StatusCode}";
        }

        var me = await answer.JsonAsync();
        return $"{me["name"]} {me["role"]}";
    }
}
