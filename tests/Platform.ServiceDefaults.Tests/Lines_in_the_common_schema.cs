using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.EventStore;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Platform.ServiceDefaults.Tests;

public sealed class Lines_in_the_common_schema
{
    [Fact]
    public void name_service_trace_and_request()
    {
        using var trace = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        RequestId.Current = "browser-42";

        var line = Line(log => log.Warning("Job {JobId} of {Project} waits {Seconds} s", "j-1", "cv/digits", 1.5));

        Assert.Equal("Job j-1 of cv/digits waits 1.5 s", Text(line, "message"));
        Assert.Equal("warn", Text(line, "log.level"));
        Assert.Equal("jobs", Text(line, "service.name"));
        Assert.Equal("platform.jobs", Text(line, "event.dataset"));
        Assert.Equal("Platform.Test", Text(line, "log.logger"));
        Assert.Equal(trace.TraceId.ToString(), Text(line, "trace.id"));
        Assert.Equal("browser-42", Text(line, "http.request.id"));
        Assert.Equal("j-1", Text(line, "labels.job_id"));
        Assert.Equal("1.5", Text(line, "labels.seconds"));
        Assert.NotNull(line["@timestamp"]!.GetValue<DateTimeOffset>().ToString());
        Assert.Equal(Environment.ProcessId, line["process.pid"]!.GetValue<int>());
    }

    [Fact]
    public void are_one_line_with_the_stack_of_an_exception_in_it()
    {
        var line = Line(log => log.Error(new InvalidOperationException("first\nsecond"), "It failed"));

        Assert.Equal("System.InvalidOperationException", Text(line, "error.type"));
        Assert.Equal("first\nsecond", Text(line, "error.message"));
        Assert.Null(line["http.request.id"]);
    }

    [Fact]
    public void have_no_field_twice()
    {
        var line = Line(log => log.Information("{JobId} {job_id} {EventId}", 1, 2, 3));

        Assert.Equal("1", Text(line, "labels.job_id"));
        Assert.Null(line["labels.event_id"]);
    }

    private static string? Text(JsonObject line, string name) => line[name]?.GetValue<string>();

    private static JsonObject Line(Action<ILogger> write)
    {
        var entries = new Entries();
        using var log = new LoggerConfiguration()
            .Enrich.WithProperty("service", "jobs")
            .Enrich.With<RequestIdEnricher>()
            .WriteTo.Sink(entries)
            .CreateLogger();
        write(log.ForContext("SourceContext", "Platform.Test"));
        using var text = new StringWriter();
        new EcsJsonFormatter().Format(Assert.Single(entries.All), text);
        return JsonNode.Parse(Assert.Single(text.ToString().TrimEnd('\n').Split('\n')))!.AsObject();
    }

    private sealed class Entries : ILogEventSink
    {
        public List<LogEvent> All { get; } = [];

        public void Emit(LogEvent logEvent) => All.Add(logEvent);
    }
}
