using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Platform.EndToEnd.Tests.Faults;

namespace Platform.EndToEnd.Tests.Hostile;

/// <summary>Trainings that misbehave: nothing hangs, nothing leaks, memory is bounded, the reason is clear.</summary>
[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Hostile_trainings(TwoNodeCluster cluster)
{
    private const int PeakMiB = 400;

    private string Agents => Path.Combine(cluster.Data, "cluster", "agents");

    [Fact]
    public async Task that_print_a_lot_need_bounded_memory_and_lose_no_byte()
    {
        const int Bytes = 1_000_000_000;
        var id = await SubmitAsync($"yes 'all work and no play' | head -c {Bytes}");

        await cluster.Api.WaitForStatusAsync(id, "succeeded", TimeSpan.FromMinutes(5));

        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("all work and no play\n", 50_000)));
        for (var left = Bytes; left > 0; left -= lines.Length)
        {
            expected.AppendData(lines, 0, Math.Min(lines.Length, left));
        }

        Assert.Equal(Convert.ToHexStringLower(expected.GetHashAndReset()), await HashOfLogAsync(id));
        await AssertBoundedAsync();
        await cluster.AssertNothingRemainsAsync();
        await WaitFor.ConditionAsync(
            "the output to be removed from the agents' disk",
            () => Task.FromResult(Directory.GetFiles(Agents, "log", SearchOption.AllDirectories).Length == 0)
        );
    }

    [Fact]
    public async Task that_print_one_endless_line_are_followed_in_chunks()
    {
        const int Bytes = 50_000_000;
        var id = await SubmitAsync($"head -c {Bytes} /dev/zero | tr '\\0' x");
        using var following = await cluster.Api.Http.GetAsync(
            $"/api/jobs/{id}/logs?follow=true",
            HttpCompletionOption.ResponseHeadersRead
        );
        using var reader = new StreamReader(await following.Content.ReadAsStreamAsync());

        long received = 0;
        var longest = 0;
        while (await reader.ReadLineAsync() is { } line && line != "event: end")
        {
            if (line.StartsWith("data: x", StringComparison.Ordinal))
            {
                received += line.Length - "data: ".Length;
                longest = Math.Max(longest, line.Length);
            }
        }

        Assert.Equal(Bytes, received);
        Assert.InRange(longest, 1, 70_000);
        await cluster.Api.WaitForStatusAsync(id, "succeeded");
        await AssertBoundedAsync();
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task that_print_invalid_UTF8_are_stored_byte_for_byte_and_followed_as_text()
    {
        // Every byte value, a lone continuation byte, the first half of an é, and no newline at the end.
        const string Script = """
            import sys
            sys.stdout.buffer.write(bytes(range(256)) + b"\n" + b"caf\xc3")
            """;
        var id = await SubmitAsync("exec python3 rubbish.py", ("rubbish.py", Script));
        await cluster.Api.WaitForStatusAsync(id, "succeeded");

        byte[] expected = [.. Enumerable.Range(0, 256).Select(value => (byte)value), .. "\ncaf"u8, 0xC3];
        Assert.Equal(expected, await cluster.Api.Http.GetByteArrayAsync($"/api/jobs/{id}/logs"));
        var events = await cluster.Api.Http.GetByteArrayAsync($"/api/jobs/{id}/logs?follow=true");
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(events);
        Assert.Contains("data: caf\uFFFD\n", text, StringComparison.Ordinal);
        Assert.EndsWith("event: end\ndata: \n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("check", "JOB-05")]
    public async Task that_fork_and_ignore_signals_end_in_time_with_all_their_children()
    {
        const string Script = """
            import os, signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            for i in range(5):
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.setpgid(0, 0)
                    time.sleep(600)
            print("forked", flush=True)
            time.sleep(600)
            """;
        var id = await SubmitAsync("exec python3 fork.py", ("fork.py", Script));
        var processes = await WaitFor.ValueAsync(
            "the forks",
            () => Task.FromResult(Processes.WithEnvironment($"PLATFORM_JOB_ID={id}")),
            found => found.Count >= 11
        );

        using var stalls = new Stalls(cluster.Data);
        var watch = Stopwatch.StartNew();
        await cluster.Api.CancelAsync(id);
        await WaitFor.ConditionAsync(
            "every process of it to end",
            () => Task.FromResult(!processes.Any(Processes.IsAlive))
        );
        Assert.InRange(watch.Elapsed - stalls.Sum, TimeSpan.Zero, TimeSpan.FromSeconds(12));

        Assert.Equal(
            "cancelled",
            (await cluster.Api.WaitForStatusAsync(id, "cancelled"))["reason"]!.GetValue<string>()
        );
        Assert.Empty(Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"));
        await WaitFor.ConditionAsync(
            "its work folder to be removed",
            () =>
                Task.FromResult(
                    !Directory
                        .GetDirectories(Agents, $"{id:N}-1", SearchOption.AllDirectories)
                        .Any(attempt => Directory.Exists(Path.Combine(attempt, "work")))
                )
        );
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task that_link_out_of_their_outputs_store_only_their_own_files()
    {
        var id = await SubmitAsync(
            "echo mine > outputs/mine; ln -s /etc/passwd outputs/stolen; ln -s / outputs/everything; ln -s ../../../.. outputs/up",
            outputs: [new { path = "outputs", artifact = "linked" }]
        );

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded");

        var detail = job["detail"]!.GetValue<string>();
        Assert.Contains("'outputs/everything', 'outputs/stolen', 'outputs/up'", detail, StringComparison.Ordinal);
        var kept = Assert.Single((await cluster.Api.GetAsync($"/api/jobs/{id}/artifacts"))["items"]!.AsArray())!;
        var manifest = await cluster.Api.GetAsync($"/api/artifacts/linked/versions/{kept["version"]}");
        Assert.Equal(["mine"], manifest["files"]!.AsArray().Select(file => file!["path"]!.GetValue<string>()));
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task that_exceed_their_disk_limit_end_with_that_reason()
    {
        var state = Path.Combine(cluster.Data, "quota");
        await using (var agent = await ExtraAgent.StartAsync(cluster, "quota", state, settings: ("MaxDiskMiB", "20")))
        {
            await agent.WaitUntilOnlineAsync();
            var id = await SubmitAsync("head -c 60000000 /dev/zero > big; echo written; sleep 600", kind: "quota");

            var job = await cluster.Api.WaitForStatusAsync(id, "failed");

            Assert.Equal("disk_full", job["reason"]!.GetValue<string>());
            Assert.Contains("20 MiB", job["detail"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Empty(Processes.WithEnvironment($"PLATFORM_JOB_ID={id}"));
        }

        await cluster.AssertNothingRemainsAsync();
    }

    private Task<Guid> SubmitAsync(
        string script,
        (string Path, string Text)? file = null,
        object[]? outputs = null,
        string? kind = null
    ) =>
        cluster.Api.SubmitAsync(
            new
            {
                name = "hostile",
                project = "e2e/hostile",
                command = new[] { "sh", "-c", script },
                files = file is { } content ? new Dictionary<string, string> { [content.Path] = content.Text } : [],
                outputs = outputs ?? [],
                labels = kind is null ? [] : new Dictionary<string, string> { ["kind"] = kind },
                resources = new
                {
                    gpus = 0,
                    cpus = 0.5,
                    memoryMiB = 128,
                },
                timeoutSeconds = 600,
            }
        );

    private async Task<string> HashOfLogAsync(Guid jobId)
    {
        await using var log = await cluster.Api.Http.GetStreamAsync($"/api/jobs/{jobId}/logs");
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(log));
    }

    private async Task AssertBoundedAsync()
    {
        foreach (var process in new[] { "agent-1", "agent-2", "jobs", "gateway" })
        {
            var peak = Processes.PeakMemoryMiB(await cluster.PidAsync(process));
            Assert.True(peak < PeakMiB, $"{process} had {peak} MiB at its peak");
        }
    }
}
