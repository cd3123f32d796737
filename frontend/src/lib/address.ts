import { createFinalURL, createQuerySerializer, defaultPathSerializer } from 'openapi-fetch';
import type { paths } from '../../generated/api';

/**
 * What all addresses of the API begin with: they are relative to `<base href>`, since the platform may be shown below a path of a
 * host.
 */
export const apiBase = '.';

/** The path that the app is shown below, with a slash at its end. */
export function basePath(): string {
  return new URL(document.baseURI).pathname;
}

type Operation<Path extends keyof paths> = paths[Path] extends { get: { parameters: infer Parameters } }
  ? Parameters
  : never;

/** The address of what is streamed, downloaded or asked for without the client. */
export function addressOf<Path extends keyof paths>(path: Path, params: Operation<Path>): string {
  const { path: parts, query } = params as { path?: Record<string, unknown>; query?: Record<string, unknown> };
  return createFinalURL(path, {
    baseUrl: apiBase,
    params: { path: parts, query },
    querySerializer: createQuerySerializer(),
    pathSerializer: defaultPathSerializer,
  });
}
