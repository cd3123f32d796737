import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

const targets: Record<string, '/jobs' | '/nodes' | '/runs' | '/artifacts' | '/alerts' | '/logs'> = {
  j: '/jobs',
  n: '/nodes',
  r: '/runs',
  a: '/artifacts',
  l: '/alerts',
  s: '/logs',
};

/** The second key of a pair must follow within this time. */
const pairMilliseconds = 1000;

/** Listens for the page's shortcuts, except in input fields and dialogs. */
export function useShortcuts() {
  const navigate = useNavigate();
  const [helpOpen, setHelpOpen] = useState(false);
  const goPressed = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event.target)) {
        return;
      }
      const target = Date.now() - goPressed.current < pairMilliseconds ? targets[event.key] : undefined;
      goPressed.current = event.key === 'g' ? Date.now() : 0;
      if (target) {
        void navigate({ to: target });
      } else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('[data-main-search]');
        if (search) {
          event.preventDefault();
          search.select();
          search.focus();
        }
      } else if (event.key === 's') {
        document.querySelector<HTMLElement>('.selection-actions button')?.focus();
      } else if (event.key === 'c') {
        event.preventDefault();
        void navigate({ to: '/jobs/new' });
      } else if (event.key === '?') {
        setHelpOpen(true);
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [navigate]);
  return { helpOpen, setHelpOpen };
}

/** Whether keys belong to a field, which a checkbox is not, or to an open dialog. */
function isTaken(target: EventTarget | null): boolean {
  return (
    (target instanceof HTMLElement &&
      target.matches('input:not([type="checkbox"]), textarea, select, [contenteditable]')) ||
    document.querySelector('[role="dialog"]') !== null
  );
}
