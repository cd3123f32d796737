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
        onKeyDown={onKeyDown}
      />
      {main && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}
