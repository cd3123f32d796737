import { useQuery } from '@tanstack/react-query';
import { api, read, untilRefused } from '../../../lib/api';

const refreshEvery = 5000;

/** How many alerts are firing that the user has not dismissed; undefined until that is known. */
export function useFiringCount(): number | undefined {
  return useQuery({
    queryKey: ['/api/alerts', 'firing'],
    queryFn: async ({ signal }) => {
      const query = { state: 'firing', limit: 1, total: 'exact' } as const;
      return (await read(api.GET('/api/alerts', { params: { query }, signal }))).total ?? 0;
    },
    refetchInterval: untilRefused(refreshEvery),
  }).data;
}
