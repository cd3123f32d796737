import { Link } from '@tanstack/react-router';
import type { Schemas } from '../lib/api';

/** A link to the run, job or node that an alert is about. */
export function SubjectLink({ alert }: { alert: Pick<Schemas['AlertView'], 'watch' | 'subjectId' | 'subjectName'> }) {
  const { watch, subjectId: id, subjectName } = alert;
  switch (watch) {
    case 'metric':
      return (
        <Link to="/runs/$id" params={{ id }}>
          {subjectName}
        </Link>
      );
    case 'job':
      return (
        <Link to="/jobs/$id" params={{ id }}>
          {subjectName}
        </Link>
      );
    default:
      return <Link to="/nodes">{subjectName}</Link>;
  }
}
