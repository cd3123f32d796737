import { formatDateTime } from '../format';

/** What an English sentence of the platform says, from which it is said in other languages (docs/contracts/sentences.json). */
export interface SentenceCode {
  code?: string | null;
  /** What varies, by its place in the sentence. */
  args?: Record<string, string> | null;
  /** The arguments that are sentences with codes themselves. */
  parts?: Record<string, SentenceCode> | null;
}

/** What is wrong with a field: the English sentence and its code. */
export interface FieldError extends SentenceCode {
  detail: string;
}

/** What is wrong with a request, by field: in English, and with codes where the platform is new enough to send them. */
export interface FieldErrors {
  errors?: Record<string, string[]>;
  errorCodes?: Record<string, FieldError[]>;
}

/** Says a sentence of the platform in the selected language; what it cannot translate in English. */
export type Say = (english: string, code?: SentenceCode | null) => string;

/** The sentences of a language by code, and the words of closed lists that stand in them, by the name of their place. */
export interface SentenceCatalogue {
  sentences: Readonly<Record<string, string>>;
  words: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Codes and words come from outside: `constructor` is none of them. */
function own(texts: Readonly<Record<string, string>> | undefined, key: string | null | undefined): string | undefined {
  return texts && key != null && Object.hasOwn(texts, key) ? texts[key] : undefined;
}

/** A time in a sentence, which the platform writes as in ISO 8601: people read it in their own time zone. */
function timeOf(name: string, value: string): string | undefined {
  const at = name === 'at' ? new Date(value) : undefined;
  return at && !Number.isNaN(at.valueOf()) ? formatDateTime(at) : undefined;
}

/** Says sentences in English, as the platform does. */
export const sayEnglish: Say = (english, sentence) =>
  Object.entries(sentence?.args ?? {}).reduce((text, [name, value]) => {
    const said = timeOf(name, value) ?? sayEnglish(value, sentence?.parts?.[name]);
    return said === value ? text : text.replace(value, () => said);
  }, english);

/** Says sentences in a language. */
export function sayer({ sentences, words }: SentenceCatalogue): Say {
  const say: Say = (english, sentence) => {
    const template = own(sentences, sentence?.code);
    return template === undefined
      ? sayEnglish(english, sentence)
      : template.replace(/\{(\w+)\}/g, (whole, name: string) => {
          const value = sentence?.args?.[name];
          return value === undefined
            ? whole
            : (own(words[name], value) ?? timeOf(name, value) ?? say(value, sentence?.parts?.[name]));
        });
  };
  return say;
}

/** The errors of each field. */
export function fieldErrors(say: Say, { errors, errorCodes }: FieldErrors): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(errors ?? {}).map(([field, texts]) => [
      field,
      errorCodes?.[field]?.map(error => say(error.detail, error)) ?? texts,
    ]),
  );
}

/** What a problem document says: its detail, otherwise the errors of its fields, otherwise the text. */
export function problemText(say: Say, problem: FieldErrors & SentenceCode & { detail?: string }, text: string): string {
  return problem.detail === undefined
    ? Object.values(fieldErrors(say, problem)).flat().join(' ') || text
    : say(problem.detail, problem);
}
