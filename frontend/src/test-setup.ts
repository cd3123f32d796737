import { vi } from 'vitest';

// What modules of the app read from the browser when they are loaded, and Node.js does not have.
vi.stubGlobal('document', { baseURI: 'http://localhost/' });
vi.stubGlobal('navigator', { language: 'en' });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('addEventListener', () => undefined);
