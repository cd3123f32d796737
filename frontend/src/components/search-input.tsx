import { Search } from 'lucide-react';
import type { KeyboardEventHandler } from 'react';

interface SearchInputProps {
  value: string;
  label: string;
  onChange: (value: string) => void;
  onKeyDown?: KeyboardEventHandler;
  /** The page's main search, which the key “/” goes to. */
  main?: boolean;
}

export function SearchInput({ value, label, onChange, onKeyDown, main }: SearchInputProps) {
  return (
    <div className="search-box">
      <Search aria-hidden="true" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        data-main-search={main || undefined}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          // The first Escape clears the box; the next one leaves it, so that shortcuts work again.
          if (event.key === 'Escape' && value === '') {
            event.currentTarget.blur();
          }
          onKeyDown?.(event);
        }}
      />
      {main && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}
