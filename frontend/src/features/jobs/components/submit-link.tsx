import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button';
import { useEditRefusal } from '../../../lib/caller';
import { useText } from '../../../lib/i18n/i18n';

/** Leads to the form for a new job, if the user may submit one. */
export function SubmitLink({ icon }: { icon?: ReactNode }) {
  const t = useText();
  const refusal = useEditRefusal();
  return refusal ? (
    <Button kind="primary" icon={icon} refusal={refusal}>
      {t('jobs.submit')}
    </Button>
  ) : (
    <Link to="/jobs/new" className="button button-primary">
      {icon}
      <span>{t('jobs.submit')}</span>
    </Link>
  );
}
