/** Server messages in English with their translations. A `{word}` is a placeholder, translated in turn. */
export type Sentences = readonly (readonly [english: string, translated: string])[];

/** Makes a function that translates server messages; unknown ones stay as they are. */
export function translator(sentences: Sentences): (text: string) => string {
  const known = sentences.map(([english, translated]) => ({ pattern: patternOf(english), translated }));
  const translate = (text: string): string => {
    for (const { pattern, translated } of known) {
      const match = pattern.exec(text);
      if (match) {
        return translated.replace(/\{(\w+)\}/g, (whole, name: string) => translate(match.groups?.[name] ?? whole));
      }
    }
    return text;
  };
  return translate;
}

function patternOf(english: string): RegExp {
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`);
}
