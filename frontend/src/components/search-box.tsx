import { useEffect, useState } from 'react';
import { SearchInput } from './search-input';

interface SearchBoxProps {
  value: string;
  label: string;
  onChange: (value: string) => void;
  main?: boolean;
}

const typingPause = 200;

/** A search that is carried out once typing pauses. */
export function SearchBox({ value, onChange, ...rest }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  // Searches that were sent and are not the value yet. Text typed in the meantime stays.
  const [asked, setAsked] = useState<readonly string[]>([]);
  if (seen !== value) {
    setSeen(value);
    if (asked.includes(value)) {
      setAsked(asked.slice(asked.indexOf(value) + 1));
    } else {
      setAsked([]);
      setText(value);
    }
  }
  useEffect(() => {
    if (text === value) {
      return;
    }
    const timer = setTimeout(() => {
      setAsked(before => (before.at(-1) === text ? before : [...before, text]));
      onChange(text);
    }, typingPause);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return <SearchInput {...rest} value={text} onChange={setText} />;
}
