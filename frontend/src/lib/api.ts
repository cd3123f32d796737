import { isUnreachable, noteUnreachable } from './connection';
import type { FieldErrors, SentenceCode } from './i18n/sentences';
import { authorization, refuseSession } from './session';

/** The problem document of a refused request (RFC 9457); `code` and `args` say what `detail` says. */
interface Problem extends FieldErrors, SentenceCode {
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
}

export class ApiError extends Error {
  /** 0 when no answer came. */
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    // The title of invalid input says only that something is invalid; its errors say what.
    const errors = Object.values(problem.errors ?? {})
      .flat()
      .join(' ');
    super(problem.detail ?? (errors || (problem.title ?? `HTTP ${status}`)));
    this.status = status;
    this.problem = problem;
  }
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  /** Null when it would have to be counted: `total=exact` asks for that. */
  total: number | null;
}

/** Sends a request with the session's token; anything but success becomes an {@link ApiError}. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { ...authorization(), ...(init.headers as object) } });
  } catch (error) {
    if (init.signal?.aborted) {
      throw error;
    }
    noteUnreachable();
    throw new ApiError(0, { title: 'unreachable' });
  }
  if (response.ok) {
    return response;
  }
  if (isUnreachable(response.status)) {
    noteUnreachable();
  }
  if (response.status === 401) {
    refuseSession();
  }
  throw new ApiError(response.status, await readProblem(response));
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, { signal });
  return (await response.json()) as T;
}

export async function postJson<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  });
  return (await response.json()) as T;
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { title: `${response.status} ${response.statusText}` };
  }
}

/** A query string of what is set. */
export function query(values: Record<string, string | number | undefined | null>): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') {
      parts.set(key, String(value));
    }
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}
