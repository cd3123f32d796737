import { Link } from '@tanstack/react-router';
import { Button } from '../../../components/button';
import { useReason } from '../../../components/states';
import { useText } from '../../../lib/i18n/i18n';
import type { Form } from './use-form';

interface FormFootProps {
  form: Form;
  submit: string;
  refusal?: string;
  /** Where Cancel leads. */
  back: '/alerts/rules' | '/alerts/destinations';
  /** Reads what is changed again, after someone else changed it. */
  onLoad?: () => Promise<void>;
  /** The fields that both changed, by name, once that was read. */
  differs?: readonly (readonly [name: string, now: string])[] | null;
}

/** The end of a form: its buttons, and what is wrong with it. */
export function FormFoot({ form, submit, refusal, back, onLoad, differs }: FormFootProps) {
  const t = useText();
  const reason = useReason(form.failure);
  return (
    <div className="form-foot">
      <Button kind="primary" type="submit" refusal={refusal} disabled={form.isSending}>
        {submit}
      </Button>
      <Link to={back} className="button button-plain">
        {t('common.cancel')}
      </Link>
      <span role="status">
        {differs && !form.failure && (
          <>
            {t('form.loaded')}
            {differs.length > 0 && (
              <>
                {' '}
                {t('form.differs')}{' '}
                {differs.map(([name, now]) => t('form.differs.now', { name, now: now || '–' })).join(t('common.comma'))}
              </>
            )}
          </>
        )}
      </span>
      {form.isConflict && onLoad && (
        <Button
          onClick={() => {
            void form.send({}, onLoad);
          }}
          busy={form.isSending}
        >
          {t('form.load')}
        </Button>
      )}
      <span role="alert" className="error-text">
        {form.isConflict
          ? t('form.changed')
          : form.hasErrors
            ? [t('submit.errors'), ...form.elsewhere].join(' ')
            : form.failure
              ? t('common.actionFailed', { reason })
              : ''}
      </span>
    </div>
  );
}
