import { useState } from 'react';
import { isChanged, mergeDraft, type Merged } from '../../../lib/merge-draft';

/** What is typed into a form. */
export function useDraft<Draft extends object>(initial: Draft) {
  const [began, setBegan] = useState(initial);
  const [draft, setDraft] = useState(initial);
  const [differs, setDiffers] = useState<Merged<Draft>['differs'] | null>(null);
  return {
    draft,
    isChanged: isChanged(began, draft),
    /** Set once a newer version was loaded: the fields that both changed. */
    differs,
    change: (part: Partial<Draft>) => setDraft(now => ({ ...now, ...part })),
    /** Begins again with a newer version; what was typed is kept. */
    load: (now: Draft) => {
      const merged = mergeDraft(began, draft, now);
      setBegan(now);
      setDraft(merged.draft);
      setDiffers(merged.differs);
    },
  };
}
