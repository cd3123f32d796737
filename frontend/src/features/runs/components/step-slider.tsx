import { useState } from 'react';
import { useText } from '../../../lib/i18n/i18n';
import { placeOfStep } from '../api/run-media';

interface StepSliderProps {
  /** What it chooses for assistive technology. */
  label: string;
  steps: readonly number[];
  index: number;
  onChange: (index: number) => void;
  /** What stands before it. */
  name?: string;
  /** Whether a step can be typed too. */
  typed?: boolean;
}

/** Chooses one of the logged steps, also with the arrow keys. */
export function StepSlider({ label, steps, index, onChange, name, typed = false }: StepSliderProps) {
  const t = useText();
  const shown = name ?? t('media.step');
  if (steps.length < 2) {
    return (
      <p className="slider step-slider">
        {shown} <span className="number">{steps[index]}</span>
      </p>
    );
  }
  return (
    <div className="slider step-slider">
      <span>{shown}</span>
      <input
        type="range"
        min={0}
        max={steps.length - 1}
        value={index}
        aria-label={label}
        aria-valuetext={String(steps[index])}
        onChange={event => onChange(Number(event.target.value))}
      />
      {typed ? (
        <StepField label={t('media.typeStep')} {...{ steps, index, onChange }} />
      ) : (
        <output className="number">{steps[index]}</output>
      )}
    </div>
  );
}

/** A step that was not logged leads to the one before it. */
function StepField({ label, steps, index, onChange }: Omit<StepSliderProps, 'name' | 'typed'>) {
  const shown = String(steps[index]);
  const [text, setText] = useState(shown);
  const [seen, setSeen] = useState(shown);
  if (seen !== shown) {
    setSeen(shown);
    setText(shown);
  }
  const choose = () => {
    const wanted = Number(text);
    if (text.trim() === '' || !Number.isFinite(wanted)) {
      setText(shown);
      return;
    }
    const place = placeOfStep(steps, wanted);
    setText(String(steps[place]));
    if (place !== index) {
      onChange(place);
    }
  };
  return (
    <input
      className="number step-field"
      inputMode="numeric"
      aria-label={label}
      value={text}
      onChange={event => setText(event.target.value)}
      onFocus={event => event.target.select()}
      onBlur={choose}
      onKeyDown={event => event.key === 'Enter' && choose()}
    />
  );
}

/**
 * Which of the steps is shown: the one chosen here, until another is chosen for all. Without either it is the newest, also as more
 * are logged.
 * @param common The step that is chosen for all.
 */
export function useChosenStep(
  steps: readonly number[],
  common: number | undefined,
): [index: number, choose: (index: number) => void] {
  const [own, setOwn] = useState<{ common: number | undefined; step: number | undefined } | null>(null);
  const wanted = own !== null && own.common === common ? own.step : common;
  return [placeOfStep(steps, wanted), to => setOwn({ common, step: to === steps.length - 1 ? undefined : steps[to] })];
}
