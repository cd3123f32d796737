import { addressOf } from '../../../lib/address';
import { authorization } from '../../../lib/session';

/** Checks a token with the server, or whether it asks for none. */
export async function checkToken(token: string | null): Promise<'valid' | 'wrong' | 'unreachable'> {
  try {
    const response = await fetch(addressOf('/api/jobs', { query: { limit: 1 } }), { headers: authorization(token) });
    return response.ok ? 'valid' : response.status < 500 ? 'wrong' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
