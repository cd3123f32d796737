import { useState } from 'react';
import { useText } from '../../../lib/i18n/i18n';

interface StepSliderProps {
  /** What the steps are of. */
  name: string;
  steps: readonly number[];
  index: number;
  onChange: (index: number) => void;
}

/** Chooses one of the logged steps, also with the arrow keys. */
export function StepSlider({ name, steps, index, onChange }: StepSliderProps) {
  const t = useText();
  if (steps.length < 2) {
    return (
      <p className="slider step-slider">
        {t('curves.step')} <span className="number">{steps[index]}</span>
      </p>
    );
  }
  return (
    <label className="slider step-slider">
      {t('curves.step')}
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={index}
        aria-label={t('media.stepOf', { key: name })}
        aria-valuetext={String(steps[index])}
        onChange={event => onChange(Number(event.target.value))}
      />
      <output className="number">{steps[index]}</output>
    </label>
  );
}

/** Which of the steps is shown: the newest, also as more are logged, until another is chosen. */
export function useChosenStep(steps: readonly number[]): [index: number, choose: (index: number) => void] {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = steps.length - 1;
  const index = chosen === null ? last : steps.indexOf(chosen);
  return [index < 0 ? last : index, to => setChosen(to === last ? null : (steps[to] ?? null))];
}
