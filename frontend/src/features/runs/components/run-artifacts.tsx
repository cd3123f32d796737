import { Link } from '@tanstack/react-router';
import { useText } from '../../../lib/i18n/i18n';
import type { RunVersions } from '../api/runs';

/** How many versions are named; the rest is counted. */
const shown = 5;

/** Links to the versions of artifacts that a run made, the newest first. */
export function RunArtifacts({ items, total }: RunVersions) {
  const t = useText();
  const more = (total ?? items.length) - shown;
  return (
    <>
      {items.slice(0, shown).map((item, index) => (
        <span key={`${item.name}:${item.version}`}>
          {index > 0 && t('common.comma')}
          <Link to="/artifacts/$name" params={{ name: item.name }} search={{ version: item.version }}>
            {item.name} v{item.version}
          </Link>
        </span>
      ))}
      {more > 0 && <span className="muted"> {t('run.artifacts.more', { count: more })}</span>}
    </>
  );
}
