/** What the platform itself says, in English, and what it means. A `{word}` stands for what varies, which may be said again. */
export type Sentences = readonly (readonly [english: string, translated: string])[];

/** Prepares to say sentences of the platform in another language; what is not among them stays as it is. */
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
