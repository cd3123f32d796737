using Platform.Gateway.Security;

namespace Platform.Gateway.Tests.Security;

public sealed class Access_rules
{
    private const string Mine = "0198c7a2-0000-7000-8000-000000000001";
    private const string Other = "0198c7a2-0000-7000-8000-000000000002";

    [Theory]
    [InlineData("GET", "/api/jobs", true)]
    [InlineData("HEAD", "/api/jobs", true)]
    [InlineData("POST", "/api/jobs", false)]
    [InlineData("DELETE", "/api/artifacts/a/versions/1", false)]
    [InlineData("PUT", "/api/artifacts/a/aliases/b", false)]
    [InlineData("GET", "/api/tokens", false)]
    [InlineData("GET", "/API/Tokens", false)]
    public void of_a_token_that_may_only_read(string method, string path, bool allowed) =>
        Check(Caller.Person("anna", "read"), method, path, allowed);

    [Theory]
    [InlineData("POST", "/api/jobs")]
    [InlineData("DELETE", "/api/artifacts/a/versions/1")]
    [InlineData("POST", "/api/tokens")]
    [InlineData("DELETE", "/api/tokens/x")]
    public void of_an_admin_allow_everything(string method, string path)
    {
        Check(Caller.Person("anna", "admin"), method, path, allowed: true);
        Check(Caller.Local, method, path, allowed: true);
    }

    [Theory]
    [InlineData("POST", "/api/nodes/join", true)]
    [InlineData("POST", "/api/nodes/heartbeat", true)]
    [InlineData("GET", "/api/nodes", false)]
    [InlineData("POST", "/api/nodes/join-tokens", false)]
    [InlineData("POST", "/api/nodes/x/drain", false)]
    [InlineData("DELETE", "/api/nodes/x", false)]
    [InlineData("GET", "/api/jobs", true)]
    [InlineData("GET", "/api/jobs/x/attempts/1/work", true)]
    [InlineData("POST", "/api/jobs/x/logs", true)]
    [InlineData("POST", "/api/jobs/x/artifacts", true)]
    [InlineData("POST", "/api/jobs", false)]
    [InlineData("POST", "/api/jobs/x/cancel", false)]
    [InlineData("PUT", "/api/artifacts/blobs/abc", true)]
    [InlineData("POST", "/api/artifacts/model/versions", true)]
    [InlineData("GET", "/api/artifacts/model/versions/1/files/f", true)]
    [InlineData("PUT", "/api/artifacts/model/aliases/best", false)]
    [InlineData("DELETE", "/api/artifacts/model/versions/1", false)]
    [InlineData("GET", "/api/runs/x", false)]
    [InlineData("PUT", "/api/runs/x", true)]
    [InlineData("PATCH", "/api/runs/x", true)]
    [InlineData("DELETE", "/api/runs/x", false)]
    [InlineData("POST", "/api/runs/x/metrics", true)]
    [InlineData("GET", "/api/runs/x/metrics", false)]
    [InlineData("POST", "/api/runs/x/finish", true)]
    [InlineData("POST", "/api/runs", false)]
    [InlineData("GET", "/api/tokens", false)]
    public void of_a_node(string method, string path, bool allowed) =>
        Check(Caller.Node(Guid.Parse(Other)), method, path, allowed);

    [Theory]
    [InlineData("GET", $"/api/jobs/{Mine}", true)]
    [InlineData("POST", $"/api/jobs/{Mine}/artifacts", true)]
    [InlineData("GET", $"/api/jobs/{Other}", false)]
    [InlineData("POST", $"/api/jobs/{Other}/cancel", false)]
    [InlineData("GET", "/api/jobs", false)]
    [InlineData("POST", "/api/jobs", false)]
    [InlineData("POST", "/api/runs/x/metrics", true)]
    [InlineData("PUT", "/api/runs/x", true)]
    [InlineData("POST", "/api/artifacts/model/versions", true)]
    [InlineData("DELETE", "/api/artifacts/model/versions/1", false)]
    [InlineData("GET", "/api/nodes", false)]
    [InlineData("POST", "/api/nodes/heartbeat", false)]
    [InlineData("GET", "/api/tokens", false)]
    [InlineData("POST", "/api", false)]
    public void of_a_job(string method, string path, bool allowed) =>
        Check(Caller.Job(Guid.Parse(Mine), attempt: 1), method, path, allowed);

    [Theory]
    [InlineData("GET", "/api/health", true)]
    [InlineData("POST", "/api/nodes/join", true)]
    [InlineData("GET", "/api/nodes/join", false)]
    [InlineData("GET", "/api/jobs", false)]
    [InlineData("POST", "/api/health", false)]
    [InlineData("GET", "/api", false)]
    public void of_nobody(string method, string path, bool allowed) => Check(Caller.Anonymous, method, path, allowed);

    [Theory]
    [InlineData("/api", true)]
    [InlineData("/api/jobs", true)]
    [InlineData("//api//jobs", true)]
    [InlineData("/Api/jobs", true)]
    [InlineData("/apiary", false)]
    [InlineData("/docs/", false)]
    [InlineData("/", false)]
    public void guard_everything_below_api(string path, bool isApi) =>
        Assert.Equal(isApi, Access.IsApi(Access.Parts(path)));

    private static void Check(Caller caller, string method, string path, bool allowed) =>
        Assert.Equal(allowed, Access.IsAllowed(caller, method, Access.Parts(path)));
}
