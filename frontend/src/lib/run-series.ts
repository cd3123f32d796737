import { useEffect, useState } from 'react';
import { addressOf } from './address';
import { api, read, readIfThere, type Schemas } from './api';
import { connected } from './connection';
import { followEvents } from './event-stream';
import { compareMetrics } from './natural-order';
import { pause } from './pause';
import { addPoints, readValue, toSeries, type Point, type Series } from './series';

interface RunSeries {
  state: 'loading' | 'absent' | 'failed' | 'live' | 'ended';
  series: Series[];
}

const maxPoints = 2000;
/** The server's maximum per request, used for files. */
const allPoints = 100_000;
const absent: RunSeries = { state: 'absent', series: [] };
/** A run may be followed before its job made it. */
const absentPause = 1500;

/**
 * All curves of a run, kept up to date while it trains. A component shows one run; another run gets a new instance.
 * @param begun False while the run cannot exist yet.
 */
export function useRunSeries(runId: string, begun: boolean): RunSeries {
  const [state, setState] = useState<RunSeries>({ state: 'loading', series: [] });
  useEffect(() => {
    if (!begun) {
      return;
    }
    const ending = new AbortController();
    void follow(runId, ending.signal, setState);
    return () => ending.abort();
  }, [runId, begun]);
  return begun ? state : absent;
}

/** One curve with as many points as the platform gives. */
export async function readSeries(runId: string, key: string): Promise<Series> {
  const params = { path: { id: runId }, query: { key: [key], points: allPoints } };
  const stored = await read(api.GET('/api/runs/{id}/metrics', { params }));
  return stored.series.map(fromStored)[0] ?? toSeries(key, { steps: [], times: [], values: [] });
}

type Update = (change: (before: RunSeries) => RunSeries) => void;

async function follow(runId: string, signal: AbortSignal, update: Update): Promise<void> {
  const batch = await load(runId, signal, update);
  if (batch === null) {
    return;
  }
  await followEvents(addressOf('/api/runs/{id}/metrics/live', { path: { id: runId }, query: { after: batch } }), {
    signal,
    onEvents: events => {
      const points = events
        .filter(event => event.event === 'message')
        .flatMap(event => (JSON.parse(event.data) as { points: Point[] }).points);
      const ended = events.some(event => event.event === 'end');
      update(before => ({
        state: ended ? 'ended' : 'live',
        series: points.length > 0 ? addPoints(before.series, points) : before.series,
      }));
      return ended;
    },
  });
}

/** Reads all stored points page by page; returns the batch to continue from. */
async function load(runId: string, signal: AbortSignal, update: Update): Promise<number | null> {
  while (!signal.aborted) {
    try {
      const params = { path: { id: runId }, query: { points: maxPoints } };
      const stored = await readIfThere(api.GET('/api/runs/{id}/metrics', { params, signal }));
      if (stored === null) {
        update(() => absent);
        await pause(absentPause, signal);
        continue;
      }
      update(() => ({
        state: 'live',
        series: stored.series.map(fromStored).sort((a, b) => compareMetrics(a.key, b.key)),
      }));
      return stored.batch;
    } catch {
      if (signal.aborted) {
        return null;
      }
      update(before => ({
        ...before,
        state: connected.get() ? 'failed' : before.state,
      }));
      await pause(absentPause, signal);
    }
  }
  return null;
}

function fromStored(series: Schemas['OneSeries']): Series {
  return toSeries(series.key, {
    steps: series.steps,
    times: series.times.map(time => Date.parse(time) / 1000),
    values: series.values.map(readValue),
  });
}
