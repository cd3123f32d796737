import { basePath } from './address';
import { Store } from './store';

// Another platform of the same host has a path and tokens of its own.
const key = `platform.token ${basePath()}`;

interface Session {
  token: string | null;
  /** Set when a request was refused for lack of a valid token. */
  refused: boolean;
}

/*
 * The token is in localStorage: links are opened in new tabs all day, and each of them would ask to sign in again. It stays until
 * one signs out, in all tabs, or the platform refuses it, which knows when it ends. A script that is not the app's could read it
 * from sessionStorage as well, as from memory: what keeps such scripts out is that the gateway allows the app's own files only
 * (SecurityHeaders.cs) and sandboxes what the API sends. A cookie that scripts cannot read would have to be guarded against
 * requests that other sites send.
 */
export const session = new Store<Session>({ token: localStorage.getItem(key), refused: false });

// Called for what other tabs do. The key is null when everything is removed.
addEventListener('storage', event => {
  if (event.key === key || event.key === null) {
    const token = localStorage.getItem(key);
    if (token !== session.get().token) {
      session.set({ token, refused: token === null });
    }
  }
});

export function signIn(token: string): void {
  localStorage.setItem(key, token);
  session.set({ token, refused: false });
}

export function signOut(): void {
  localStorage.removeItem(key);
  session.set({ token: null, refused: true });
}

/** For a platform that asks for no token. */
export function continueWithoutToken(): void {
  localStorage.removeItem(key);
  session.set({ token: null, refused: false });
}

/**
 * Notes that the platform refused a token: it is kept in mind, to say so, and nowhere else.
 * @param sent The token of that request; by now there may be a newer one, also in another tab.
 */
export function refuseSession(sent: string | null): void {
  const before = session.get();
  if (before.refused || before.token !== sent) {
    return;
  }
  if (localStorage.getItem(key) === sent) {
    localStorage.removeItem(key);
  }
  session.set({ ...before, refused: true });
}

export function authorization(token = session.get().token): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}
