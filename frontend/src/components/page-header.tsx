import { useEffect, type ReactNode } from 'react';

/** A page's name, also in the browser's tab, and its main actions. */
export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  useTitle(title);
  return (
    <div className="page-header">
      <h1>{title}</h1>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Platform`;
  }, [title]);
}
