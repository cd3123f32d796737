using Platform.ServiceDefaults;

namespace Platform.Gateway.Users;

internal static class UsersModule
{
    public static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<UserChanges>();
    }

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        app.MapGetCaller();
        var users = app.MapGroup("/api/users").WithTags("users").RequireAuthorization(Policies.Administer);
        users.MapAddUser();
        users.MapReadUsers();
        users.MapChangeUser();
    }
}
