import { beforeEach, expect, test, vi } from 'vitest';

const stored = new Map<string, string>();
let tellStorage: (event: { key: string | null }) => void = () => undefined;
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
  removeItem: (key: string) => stored.delete(key),
});
vi.stubGlobal('addEventListener', (_: string, listener: typeof tellStorage) => (tellStorage = listener));
const { refuseSession, session, signIn, signOut } = await import('./session');

const key = 'platform.token /';

beforeEach(() => {
  stored.clear();
  session.set({ token: null, refused: false });
});

test('one signs in for all tabs', () => {
  signIn('mine');
  expect(stored.get(key)).toBe('mine');
  stored.set(key, 'of another tab');
  tellStorage({ key });
  expect(session.get()).toEqual({ token: 'of another tab', refused: false });
});

test('one signs out of all tabs', () => {
  signIn('mine');
  signOut();
  expect(stored.size).toBe(0);
  session.set({ token: 'mine', refused: false });
  tellStorage({ key });
  expect(session.get()).toEqual({ token: null, refused: true });
});

test('other changes of the storage leave the session as it is', () => {
  signIn('mine');
  const before = session.get();
  tellStorage({ key: 'platform.theme' });
  tellStorage({ key });
  expect(session.get()).toBe(before);
});

test('a refused token is kept no longer, and a newer one of another tab is', () => {
  signIn('expired');
  refuseSession('of a request that began before');
  expect(session.get().refused).toBe(false);
  refuseSession('expired');
  expect(stored.size).toBe(0);
  expect(session.get()).toEqual({ token: 'expired', refused: true });
  session.set({ token: 'expired', refused: false });
  stored.set(key, 'newer');
  refuseSession('expired');
  expect(stored.get(key)).toBe('newer');
});
