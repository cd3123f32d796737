import { basePath } from './address';
import { Store } from './store';

// Another platform of the same host has a path and tokens of its own.
const key = `platform.token ${basePath()}`;

interface Session {
  token: string | null;
  /** Set when a request was refused for lack of a valid token. */
  refused: boolean;
}

export const session = new Store<Session>({ token: sessionStorage.getItem(key), refused: false });

export function signIn(token: string): void {
  sessionStorage.setItem(key, token);
  session.set({ token, refused: false });
}

export function signOut(): void {
  sessionStorage.removeItem(key);
  session.set({ token: null, refused: true });
}

/** For a platform that asks for no token. */
export function continueWithoutToken(): void {
  sessionStorage.removeItem(key);
  session.set({ token: null, refused: false });
}

export function refuseSession(): void {
  const before = session.get();
  if (!before.refused) {
    session.set({ ...before, refused: true });
  }
}

export function authorization(token = session.get().token): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}
