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
}

/** The end of a form: its buttons, and what is wrong with it. */
export function FormFoot({ form, submit, refusal, back }: FormFootProps) {
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
      <span role="alert" className="error-text">
        {form.hasErrors
          ? [t('submit.errors'), ...form.elsewhere].join(' ')
          : form.failure
            ? t('common.actionFailed', { reason })
            : ''}
      </span>
    </div>
  );
}
