import { useEffect, useState } from 'react';
import { ApiError } from './api';
import { connected, isUnreachable } from './connection';

/** The error of an action; null again once the platform, which did not answer it, is back. */
export function useStandingError(error: unknown): unknown {
  const [past, setPast] = useState<unknown>(null);
  useEffect(() => {
    if (!isOutage(error)) {
      return;
    }
    return connected.subscribe(() => {
      if (connected.get()) {
        setPast(error);
      }
    });
  }, [error]);
  return error === past ? null : error;
}

/** Whether a request failed because the platform did not answer. */
export function isOutage(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || isUnreachable(error.status));
}
