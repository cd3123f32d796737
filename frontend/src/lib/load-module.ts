import { connected, noteUnreachable } from './connection';

/**
 * Loads a part of the app. While the platform does not answer it waits, as requests do: to reload the document then would lose the
 * app. What is still not there once the platform answers belongs to another version of the app.
 */
export async function loadModule<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    noteUnreachable();
    await untilConnected();
    return await load();
  }
}

function untilConnected(): Promise<void> {
  return new Promise(resolve => {
    const stop = connected.subscribe(() => {
      if (connected.get()) {
        stop();
        resolve();
      }
    });
  });
}
