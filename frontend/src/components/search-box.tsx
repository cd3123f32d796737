import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

interface SearchBoxProps {
  value: string;
  label: string;
  onChange: (value: string) => void;
  /** The page's main search, which the key “/” goes to. */
  main?: boolean;
}

const typingPause = 200;

/** A search that is carried out once typing pauses. */
export function SearchBox({ value, label, onChange, main }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) {
      return;
    }
    const timer = setTimeout(() => onChange(text), typingPause);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="search-box">
      <Search aria-hidden="true" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        spellCheck={false}
        data-main-search={main || undefined}
        onChange={event => setText(event.target.value)}
      />
      {main && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}
