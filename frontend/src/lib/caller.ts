import { useQuery } from '@tanstack/react-query';
import { api, read, type Schemas } from './api';
import { isMessageKey, useText } from './i18n/i18n';

/** Who the session's credential speaks for. */
type Caller = Schemas['CallerView'];

/** Who uses the page; undefined until the platform has said so. It is asked once for each session. */
export function useCaller(): Caller | undefined {
  return useQuery({
    queryKey: ['/api/users/me'],
    queryFn: ({ signal }) => read(api.GET('/api/users/me', { signal })),
    staleTime: Infinity,
  }).data;
}

/** Why the user may change nothing; undefined for who may, and while the role is unknown: then the platform decides. */
export function useEditRefusal(): string | undefined {
  const t = useText();
  const caller = useCaller();
  return caller?.role === 'viewer' ? t('role.refusal', { role: t('role.viewer') }) : undefined;
}

/** Why the user may not do what is left to administrators; undefined for these, and while the role is unknown. */
export function useAdministerRefusal(): string | undefined {
  const t = useText();
  const role = useCaller()?.role;
  const name = useRoleName(role);
  return name && role !== 'administrator' ? t('role.refusal', { role: name }) : undefined;
}

/** The name of the user's role. */
export function useRoleName(role: string | null | undefined): string | undefined {
  const t = useText();
  const key = `role.${role}`;
  return role ? (isMessageKey(key) ? t(key) : role) : undefined;
}
