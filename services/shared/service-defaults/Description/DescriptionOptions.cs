using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Platform.ServiceDefaults;

/// <summary>
/// What ASP.NET Core does not see by itself, so that clients can be made from the description: names of query parameters as they are
/// documented, problem documents, and the values that texts have.
/// </summary>
internal static class DescriptionOptions
{
    private const string Problem = "Problem";

    public static void AddDescription(this IServiceCollection services) =>
        services.AddOpenApi(options =>
        {
            // A document of any shape would be a component that says nothing.
            options.CreateSchemaReferenceId = type =>
                type.Type == typeof(JsonElement) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddSchemaTransformer(DescribeValuesAsync);
            options.AddOperationTransformer(NameParametersAsync);
            options.AddDocumentTransformer(DescribeProblemsAsync);
        });

    private static Task DescribeValuesAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var type = context.JsonTypeInfo.Type;
        if (
            context
                .JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(OneOfAttribute), inherit: true)
                .FirstOrDefault()
            is OneOfAttribute known
        )
        {
            schema.Enum = [.. known.Values.Select(value => (JsonNode)value)];
        }
        else if (type == typeof(JsonElement))
        {
            // The platform sends and takes these only as objects.
            schema.Type = JsonSchemaType.Object;
            schema.AdditionalProperties = new OpenApiSchema();
        }
        else if (schema is { AnyOf.Count: > 0, Type: JsonSchemaType.Object })
        {
            // A number, or a text for what JSON has no number for, is no object.
            schema.Type = null;
            schema.Format = null;
        }
        else if (type.IsEnum && schema.Enum is not null)
        {
            schema.Enum = [.. schema.Enum.Where(value => !IsNone(value))];
        }

        return Task.CompletedTask;
    }

    private static bool IsNone(JsonNode? value) =>
        value?.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is "none";

    /// <summary>Names are bound in any case; this is how they are written.</summary>
    private static Task NameParametersAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            if (parameter is { In: ParameterLocation.Query, Name: { } name })
            {
                parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(name);
            }
        }

        return Task.CompletedTask;
    }

    private static Task DescribeProblemsAsync(
        OpenApiDocument document,
        OpenApiDocumentTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        var arguments = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = text };
        document.AddComponent(
            Problem,
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Why a request was refused (RFC 9457). Its type is an address that explains it.",
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                {
                    ["type"] = text,
                    ["title"] = text,
                    ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                    ["detail"] = text,
                    ["code"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Description = "What the detail says, for programs and other languages.",
                    },
                    ["args"] = arguments,
                    ["traceId"] = text,
                    ["errors"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Description = "What is wrong, by field.",
                        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = text },
                    },
                    ["errorCodes"] = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Description = "The same with codes.",
                        AdditionalProperties = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Array,
                            Items = new OpenApiSchema
                            {
                                Type = JsonSchemaType.Object,
                                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                                {
                                    ["code"] = text,
                                    ["args"] = arguments,
                                    ["detail"] = text,
                                },
                            },
                        },
                    },
                },
                Required = new HashSet<string>(StringComparer.Ordinal) { "status" },
            }
        );
        foreach (
            var operation in document.Paths.Values.SelectMany(path =>
                path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()
            )
        )
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd(
                "default",
                new OpenApiResponse
                {
                    Description = "A problem",
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document) },
                    },
                }
            );
        }

        return Task.CompletedTask;
    }
}
