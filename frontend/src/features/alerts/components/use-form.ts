import { useEffect, useState, type RefObject } from 'react';
import { ApiError } from '../../../lib/api';
import { useSay } from '../../../lib/i18n/i18n';
import { fieldErrors } from '../../../lib/i18n/sentences';
import { useStandingError } from '../../../lib/standing-error';

export type FieldTexts = Readonly<Record<string, string[]>>;

export type Form = ReturnType<typeof useForm>;

/**
 * What is wrong with a form, and whether it is being sent.
 * @param fields The fields beside which errors are shown; others are shown at its end.
 * @param element The form; its first wrong field gets the focus.
 */
export function useForm(fields: readonly string[], element: RefObject<HTMLFormElement | null>) {
  const say = useSay();
  const [errors, setErrors] = useState<FieldTexts>({});
  const [refusals, setRefusals] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  // After it was sent, not while mistakes are corrected.
  useEffect(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [element, refusals]);
  const refuse = (mistakes: FieldTexts) => {
    setErrors(mistakes);
    setRefusals(before => before + 1);
  };
  return {
    isSending,
    failure: useStandingError(failure),
    isConflict: failure instanceof ApiError && failure.status === 412,
    hasErrors: Object.keys(errors).length > 0,
    of: (field: string) => errors[field] ?? [],
    elsewhere: Object.entries(errors)
      .filter(([field]) => !fields.includes(field))
      .map(([field, texts]) => `${field}: ${texts.join(' ')}`),
    /** Errors of what was changed no longer hold. */
    clear: (changed: readonly string[]) =>
      setErrors(before => Object.fromEntries(Object.entries(before).filter(([field]) => !changed.includes(field)))),
    /** Sends it, unless something is wrong with it. */
    send: async (own: FieldTexts, work: () => Promise<void>) => {
      setFailure(null);
      if (Object.keys(own).length > 0) {
        refuse(own);
        return;
      }
      setErrors({});
      setIsSending(true);
      try {
        await work();
      } catch (error) {
        const mistakes = error instanceof ApiError ? fieldErrors(say, error.problem) : {};
        if (Object.keys(mistakes).length > 0) {
          refuse(mistakes);
        } else {
          setFailure(error);
        }
      } finally {
        setIsSending(false);
      }
    },
  };
}
