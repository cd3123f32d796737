import { Link } from '@tanstack/react-router';

/** A link to a job, labelled with the end of its id, which differs most among jobs of one day. */
export function JobLink({ id, className = '' }: { id: string; className?: string }) {
  return (
    <Link to="/jobs/$id" params={{ id }} className={`mono ${className}`}>
      {id.slice(-8)}
    </Link>
  );
}
