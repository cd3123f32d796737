import { useNavigate } from '@tanstack/react-router';
import { Images } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../../components/button';
import { SearchInput } from '../../../components/search-input';
import { EmptyState, Pending } from '../../../components/states';
import { isMessageKey, useText, type Text } from '../../../lib/i18n/i18n';
import { byKind, placeOfStep, useAllSteps, useMediaKeys, type MediaKey } from '../api/run-media';
import type { Run } from '../api/runs';
import { MediaCard } from './media-card';
import type { RunSearch } from './run-tabs';
import { StepSlider } from './step-slider';

/** With more keys than this, one searches among them. */
const manyKeys = 6;
/** How long a slider rests before the address has its step: a browser allows only so many changes of it. */
const restingTime = 250;

/** Images, tables, histograms and texts of a run: a card for each key, by kind. */
export function RunMedia({ run, search }: { run: Run; search: RunSearch }) {
  const t = useText();
  const { data: keys, error, refetch } = useMediaKeys(run.id, !run.endedAt);
  const [text, setText] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const [step, setStep] = useStepInAddress(run.id, search.step);
  if (!keys) {
    return <Pending error={error} onRetry={refetch} />;
  }
  if (keys.length === 0) {
    return (
      <EmptyState
        title={t(run.endedAt ? 'media.none.title' : 'media.empty.title')}
        text={t('media.empty.text')}
        icon={<Images aria-hidden="true" />}
      />
    );
  }
  const wanted = text.trim().toLowerCase();
  const found = keys.filter(media =>
    `${media.key} ${media.kind} ${kindName(t, media.kind)}`.toLowerCase().includes(wanted),
  );
  const kinds = byKind(keys);
  const shown = byKind(found).filter(([one]) => kind === null || one === kind);
  const clear = () => {
    setText('');
    setKind(null);
  };
  return (
    <>
      <div className="filters media-filters">
        {keys.length > manyKeys && <SearchInput main label={t('media.search')} value={text} onChange={setText} />}
        {kinds.length > 1 && (
          <div className="segments" role="group" aria-label={t('media.kinds')}>
            <button type="button" aria-pressed={kind === null} onClick={() => setKind(null)}>
              {t('common.all')}
            </button>
            {kinds.map(([one, some]) => (
              <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
                {kindName(t, one)} <span className="number">{some.length}</span>
              </button>
            ))}
          </div>
        )}
        <CommonStep runId={run.id} keys={keys} step={step} onChange={setStep} />
      </div>
      {shown.length === 0 && (
        <EmptyState title={t('common.noMatch')}>
          <Button onClick={clear}>{t('common.clearFilter')}</Button>
        </EmptyState>
      )}
      {shown.map(([one, some]) => (
        <section key={one} className="media-kind" aria-label={kindName(t, one)}>
          <h2>{kindName(t, one)}</h2>
          <div className="cards media-cards" data-kind={one}>
            {some.map(media => (
              <MediaCard key={media.key} runId={run.id} media={media} step={step} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

interface CommonStepProps {
  runId: string;
  keys: readonly MediaKey[];
  step: number | undefined;
  onChange: (step: number | undefined) => void;
}

/** Chooses a step for all cards. */
function CommonStep({ runId, keys, step, onChange }: CommonStepProps) {
  const t = useText();
  const { data: steps } = useAllSteps(runId, keys);
  return steps && steps.length > 1 ? (
    <StepSlider
      typed
      name={t('media.commonStep')}
      label={t('media.commonStep')}
      steps={steps}
      index={placeOfStep(steps, step)}
      onChange={index => onChange(index === steps.length - 1 ? undefined : steps[index])}
    />
  ) : null;
}

function kindName(t: Text, kind: string): string {
  const key = `media.kind.${kind}`;
  return isMessageKey(key) ? t(key) : kind;
}

/** A step that the address has a moment later, and which follows the address when that is changed otherwise. */
function useStepInAddress(id: string, inAddress: number | undefined) {
  const navigate = useNavigate();
  const [step, setStep] = useState(inAddress);
  const [seen, setSeen] = useState(inAddress);
  if (seen !== inAddress) {
    setSeen(inAddress);
    setStep(inAddress);
  }
  useEffect(() => {
    if (step === inAddress) {
      return;
    }
    const timer = setTimeout(
      () => void navigate({ to: '/runs/$id', params: { id }, search: { tab: 'media', step }, replace: true }),
      restingTime,
    );
    return () => clearTimeout(timer);
  }, [navigate, id, step, inAddress]);
  return [step, setStep] as const;
}
