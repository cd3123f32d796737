import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, read, untilRefused, type Schemas } from '../../../lib/api';

export type Node = Schemas['NodeView'];

const path = '/api/nodes';
const refreshEvery = 2000;

export function useNodes() {
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => read(api.GET(path, { signal })),
    refetchInterval: untilRefused(refreshEvery),
  });
}

export function useNodeCommand(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: 'drain' | 'resume') =>
      read(api.POST(`/api/nodes/{id}/${command}`, { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: [path] }),
  });
}
