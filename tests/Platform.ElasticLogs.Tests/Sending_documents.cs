namespace Platform.ElasticLogs.Tests;

public sealed class Sending_documents : IAsyncLifetime
{
    private const string Stream = "logs-platform.job-default";

    private readonly TestFolder _folder = new();
    private StrictElasticsearch _server = null!;
    private Sender _sender = null!;

    public async Task InitializeAsync()
    {
        _server = await StrictElasticsearch.StartAsync();
        _sender = Sender.Create(_server, _folder);
    }

    public async Task DisposeAsync()
    {
        Assert.Empty(_server.Offences);
        await _sender.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task makes_one_document_of_each_however_often_they_come()
    {
        var documents = Enumerable.Range(0, 12_000).Select(i => Sender.Document($"d-{i}", "line")).ToList();

        await SendAsync(documents);
        await SendAsync(documents);

        Assert.Equal(12_000, _server.Documents(Stream).Count);
        Assert.Equal((6, 12_000), (_server.Requests, _server.Repeats));
        Assert.All(_server.Authorizations, header => Assert.Equal("ApiKey c2VjcmV0", header));
        Assert.DoesNotContain(_sender.Lines.All, line => line.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task drops_a_refused_document_alone_and_says_so_once_for_its_kind()
    {
        _server.OnDocument = document => document["message"]!.GetValue<string>() == "bad" ? 400 : null;

        await SendAsync([
            .. Enumerable.Range(0, 100).Select(i => Sender.Document($"d-{i}", i % 10 == 3 ? "bad" : "good")),
        ]);

        Assert.Equal(90, _server.Documents(Stream).Count);
        var line = Assert.Single(_sender.Lines.All);
        Assert.StartsWith(
            $"Elasticsearch refused document d-3 of {Stream} with status 400, document_parsing_exception",
            line,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task halves_what_is_too_large_and_drops_only_what_is_too_large_alone()
    {
        _server.MaxBytes = 4096;
        var documents = Enumerable.Range(0, 200).Select(i => Sender.Document($"d-{i}", new string('x', 100))).ToList();
        documents.Insert(77, Sender.Document("large", new string('x', 5000)));

        await SendAsync(documents);

        Assert.Equal(200, _server.Documents(Stream).Count);
        Assert.Contains("large", Assert.Single(_sender.Lines.All), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task waits_while_the_server_takes_nothing(int status)
    {
        _server.OnRequest = (request, _) => Task.FromResult<int?>(request <= 3 ? status : null);

        await SendAsync([.. Enumerable.Range(0, 10).Select(i => Sender.Document($"d-{i}"))]);

        Assert.Equal((4, 10), (_server.Requests, _server.Documents(Stream).Count));
        Assert.Equal(
            [
                $"Elasticsearch takes no log documents at present (status {status}); they wait until it does ",
                "Elasticsearch takes log documents again ",
            ],
            _sender.Lines.All
        );
    }

    [Fact]
    public async Task sends_again_only_the_documents_that_it_had_no_room_for()
    {
        var answers = 0;
        _server.OnDocument = _ => Interlocked.Increment(ref answers) is > 5 and <= 20 ? 429 : null;

        await SendAsync([.. Enumerable.Range(0, 20).Select(i => Sender.Document($"d-{i}"))]);

        Assert.Equal((20, 0), (_server.Documents(Stream).Count, _server.Repeats));
    }

    [Fact]
    public async Task survives_a_server_that_hangs_and_one_that_is_killed_and_started_again()
    {
        await _sender.DisposeAsync();
        _sender = Sender.Create(_server, _folder, requestTimeout: TimeSpan.FromSeconds(1));
        _server.OnRequest = async (request, _) =>
        {
            if (request == 1)
            {
                await Task.Delay(TimeSpan.FromSeconds(3));
            }

            return null;
        };
        var sending = SendAsync([.. Enumerable.Range(0, 10).Select(i => Sender.Document($"a-{i}"))]);
        await WaitFor.ConditionAsync("a request that hangs", () => Task.FromResult(_server.Requests == 1));
        await _server.GoAwayAsync();
        await WaitFor.ConditionAsync("a line about it", () => Task.FromResult(_sender.Lines.All.Count == 1));
        await _server.ComeBackAsync();
        await sending;

        Assert.Equal(10, _server.Documents(Stream).Count);
    }

    private async Task SendAsync(IReadOnlyList<ElasticDocument> documents)
    {
        var sending = _sender.Documents.SendAsync(Stream, documents, CancellationToken.None);
        await WaitFor.ConditionAsync(
            "the documents to be sent",
            () => Task.FromResult(sending.IsCompleted),
            describe: () => string.Join('\n', _sender.Lines.All.Concat(_server.Offences))
        );
        await sending;
    }
}
