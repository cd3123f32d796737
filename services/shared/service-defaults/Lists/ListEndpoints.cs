using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Maps lists.</summary>
public static class ListEndpoints
{
    /// <summary>
    /// Maps <c>GET</c>, and <c>HEAD</c> for the total alone. Query parameters that the query does not have, empty ones, and repeated
    /// ones where one value is taken, get 400: ignored, they would show a list that is not the one that was asked for.
    /// </summary>
    /// <typeparam name="TQuery">The query, whose properties are the query parameters.</typeparam>
    /// <param name="routes">Where.</param>
    /// <param name="pattern">The address below it.</param>
    /// <param name="handler">Takes the query and gives a <see cref="ListResult{TRow}"/>.</param>
    /// <returns>Both, to name their policy.</returns>
    public static IEndpointConventionBuilder MapList<TQuery>(
        this IEndpointRouteBuilder routes,
        string pattern,
        Delegate handler,
        string name,
        string summary
    )
        where TQuery : ListQuery
    {
        var both = routes.MapGroup("").RefuseOtherParameters(typeof(TQuery));
        both.MapGet(pattern, handler).WithName(name).WithSummary(summary).AddOpenApiOperationTransformer(DescribeAsync);
        both.MapMethods(pattern, [HttpMethods.Head], handler).ExcludeFromDescription();
        return both;
    }

    /// <summary>
    /// Answers 400 to query parameters that the query does not have, empty ones, and repeated ones where one value is taken.
    /// </summary>
    /// <param name="endpoints">One or a group.</param>
    /// <param name="query">The type of the query, whose properties are the query parameters.</param>
    public static TBuilder RefuseOtherParameters<TBuilder>(this TBuilder endpoints, Type query)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(query);
        var known = query
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(NameOf, property => property.PropertyType.IsArray, StringComparer.OrdinalIgnoreCase);
        return endpoints.AddEndpointFilter(
            (context, next) =>
                Check(context.HttpContext.Request, known) is { Count: > 0 } errors
                    ? ValueTask.FromResult<object?>(ProblemResults.Invalid(errors))
                    : next(context)
        );
    }

    /// <summary>Parameters are read as texts, to say what is wrong with them; this is what they are.</summary>
    private static Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            parameter.Schema = parameter.Name?.ToLowerInvariant() switch
            {
                "limit" => new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = "2000",
                },
                "offset" => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0" },
                "total" => new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["exact"] },
                "deleted" => new OpenApiSchema { Type = JsonSchemaType.Boolean },
                _ => parameter.Schema,
            };
        }

        return Task.CompletedTask;
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<FromQueryAttribute>()?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static FieldErrors Check(HttpRequest request, Dictionary<string, bool> known)
    {
        var errors = new FieldErrors();
        foreach (var (name, values) in request.Query)
        {
            if (!known.TryGetValue(name, out var takesSeveral))
            {
                errors.Add(
                    name,
                    ListSentences.Parameters.With(string.Join(", ", known.Keys.Order(StringComparer.Ordinal)))
                );
            }
            else if (values.Count > 1 && !takesSeveral)
            {
                errors.Add(name, ListSentences.Once);
            }
            else if (values.Any(string.IsNullOrEmpty))
            {
                errors.Add(name, ListSentences.NoValue);
            }
        }

        return errors;
    }
}
