import createClient from 'openapi-fetch';
import type { components, paths } from '../../generated/api';
import { apiBase } from './address';
import { isUnreachable, noteUnreachable } from './connection';
import type { FieldErrors, SentenceCode } from './i18n/sentences';
import { authorization, refuseSession, session } from './session';

/** What the API sends and takes, by its name in the API's description. */
export type Schemas = components['schemas'];

/** The problem document of a refused request (RFC 9457); `code` and `args` say what `detail` says. */
type Problem = Partial<Omit<Schemas['Problem'], keyof (FieldErrors & SentenceCode)>> & FieldErrors & SentenceCode;

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

  /** Whether it is a problem of a kind, such as `gateway.not-allowed`. */
  is(code: string): boolean {
    return this.problem.type?.endsWith(`/problems/${code}`) ?? false;
  }
}

/** Whether the platform refused a request for what it is: asked again, it would refuse it again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);
}

/** How often something is asked for again, until it is refused. */
export function untilRefused(interval: number) {
  return ({ state: { error } }: { state: { error: unknown } }): number | false => !isRefusal(error) && interval;
}

/** The client of the API. Anything but success is an {@link ApiError}. */
export const api = createClient<paths>({ baseUrl: apiBase, fetch: send });

/** What a request of {@link api} was answered with. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** The same; null when it does not exist. */
export async function readIfThere<T>(answer: Promise<{ data?: T }>): Promise<T | null> {
  try {
    return await read(answer);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return null;
    }
    throw error;
  }
}

/** Sends a request with the session's token. */
export async function send(request: Request): Promise<Response> {
  const { token } = session.get();
  for (const [name, value] of Object.entries(authorization(token))) {
    request.headers.set(name, value);
  }
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) {
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
    refuseSession(token);
  }
  throw new ApiError(response.status, await readProblem(response));
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { title: `${response.status} ${response.statusText}` };
  }
}
