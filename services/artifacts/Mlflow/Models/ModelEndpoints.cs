using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>Which path is which request about models and their versions, and who may send it.</summary>
internal static class ModelEndpoints
{
    private static readonly string[] _prefixes = ["/api/2.0/mlflow", "/ajax-api/2.0/mlflow"];
    private static readonly string[] _get = ["GET"];
    private static readonly string[] _post = ["POST"];
    private static readonly string[] _patch = ["PATCH"];
    private static readonly string[] _delete = ["DELETE"];
    private static readonly string[] _getOrPost = ["GET", "POST"];

    public static void AddMlflowModels(this IServiceCollection services)
    {
        services.AddSingleton<ModelReader>();
        services.AddSingleton<ModelNames>();
        services.AddSingleton<ModelSource>();
        services.AddSingleton<MlflowModelAccess>();
        services.AddSingleton<MlflowModels>();
        services.AddSingleton<MlflowModelVersions>();
    }

    public static void MapMlflowModels(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in _prefixes)
        {
            var mlflow = app.MapGroup(prefix).ExcludeFromDescription();
            MapModels(mlflow.MapGroup("/registered-models"));
            MapVersions(mlflow.MapGroup("/model-versions"));
        }
    }

    private static void MapModels(IEndpointRouteBuilder models)
    {
        Map(
            _post,
            "/create",
            Policies.PointAlias,
            (service, request, context) => service.CreateAsync(request, context)
        );
        Map(_post, "/rename", Policies.Edit, (service, request, context) => service.RenameAsync(request, context));
        Map(_patch, "/update", Policies.Edit, (service, request, context) => service.UpdateAsync(request, context));
        Map(_delete, "/delete", Policies.Edit, (service, request, context) => service.DeleteAsync(request, context));
        Map(_get, "/get", Policies.ReadRun, (service, request, context) => service.GetAsync(request, context));
        Map(_get, "/search", Policies.ReadRun, (service, request, context) => service.SearchAsync(request, context));
        Map(
            _getOrPost,
            "/get-latest-versions",
            Policies.ReadRun,
            (service, request, context) => service.GetLatestVersionsAsync(request, context)
        );
        Map(_post, "/set-tag", Policies.Edit, (service, request, context) => service.SetTagAsync(request, context));
        Map(
            _delete,
            "/delete-tag",
            Policies.Edit,
            (service, request, context) => service.DeleteTagAsync(request, context)
        );
        Map(
            _post,
            "/alias",
            Policies.PointAlias,
            (service, request, context) => service.SetAliasAsync(request, context)
        );
        Map(
            _delete,
            "/alias",
            Policies.Edit,
            (service, request, context) => service.DeleteAliasAsync(request, context)
        );
        Map(_get, "/alias", Policies.ReadRun, (service, request, context) => service.GetAliasAsync(request, context));

        void Map(
            string[] methods,
            string path,
            string policy,
            Func<MlflowModels, MlflowRequest, HttpContext, Task<object>> handle
        ) => models.MapMlflow(methods, path, policy, EnterAsync, handle);
    }

    private static void MapVersions(IEndpointRouteBuilder versions)
    {
        Map(
            _post,
            "/create",
            Policies.PointAlias,
            (service, request, context) => service.CreateAsync(request, context)
        );
        Map(
            _patch,
            "/update",
            Policies.PointAlias,
            (service, request, context) => service.UpdateAsync(request, context)
        );
        Map(
            _post,
            "/transition-stage",
            Policies.PointAlias,
            (service, request, context) => service.TransitionAsync(request, context)
        );
        Map(_delete, "/delete", Policies.Edit, (service, request, context) => service.DeleteAsync(request, context));
        Map(_get, "/get", Policies.ReadRun, (service, request, context) => service.GetAsync(request, context));
        Map(
            _get,
            "/get-download-uri",
            Policies.ReadRun,
            (service, request, context) => service.GetDownloadUriAsync(request, context)
        );
        Map(_get, "/search", Policies.ReadRun, (service, request, context) => service.SearchAsync(request, context));
        Map(
            _post,
            "/set-tag",
            Policies.PointAlias,
            (service, request, context) => service.SetTagAsync(request, context)
        );
        Map(
            _delete,
            "/delete-tag",
            Policies.PointAlias,
            (service, request, context) => service.DeleteTagAsync(request, context)
        );

        void Map(
            string[] methods,
            string path,
            string policy,
            Func<MlflowModelVersions, MlflowRequest, HttpContext, Task<object>> handle
        ) => versions.MapMlflow(methods, path, policy, EnterAsync, handle);
    }

    private static Task EnterAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<MlflowModelAccess>().EnterAsync(context);
}
