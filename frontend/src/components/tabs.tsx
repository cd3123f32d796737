import type { KeyboardEvent, ReactNode } from 'react';

interface TabsProps<T extends string> {
  names: readonly T[];
  chosen: T;
  textOf: (name: T) => string;
  onChoose: (name: T) => void;
  children: ReactNode;
}

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** A row of tabs, which the arrow keys go through, and what the chosen one shows. */
export function Tabs<T extends string>({ names, chosen, textOf, onChoose, children }: TabsProps<T>) {
  const press = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const next = step && names.at((names.indexOf(chosen) + step) % names.length);
    if (next) {
      onChoose(next);
      document.getElementById(`tab-${next}`)?.focus();
    }
  };
  return (
    <>
      <div className="tabs" role="tablist">
        {names.map(name => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === chosen}
            aria-controls="tab-panel"
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
            onKeyDown={press}
          >
            {textOf(name)}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} className={`tab-panel tab-panel-${chosen}`}>
        {children}
      </div>
    </>
  );
}
