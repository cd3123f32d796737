import { expect, test } from 'vitest';
import { ApiError } from './api';
import { isOutage } from './standing-error';

test('an outage ends by itself, a refusal does not', () => {
  expect([0, 502, 503, 504].every(status => isOutage(new ApiError(status, {})))).toBe(true);
  expect([400, 403, 409, 500].some(status => isOutage(new ApiError(status, {})))).toBe(false);
  expect(isOutage(null)).toBe(false);
});
