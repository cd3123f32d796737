import { useState } from 'react';

/** Whether what a query has was read since the page was opened, and is not what another page has shown before. */
export function useFresh({ dataUpdatedAt }: { dataUpdatedAt: number }): boolean {
  const [opened] = useState(() => Date.now());
  return dataUpdatedAt >= opened;
}
