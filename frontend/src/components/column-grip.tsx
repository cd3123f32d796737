import { useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { limitWidth, narrowest, widest } from '../lib/column-widths';
import { useText } from '../lib/i18n/i18n';

interface ColumnGripProps {
  label: string;
  /** Previews a width during a drag; null restores the previous one. */
  onPreview: (width: number | null) => void;
  /** Stores a width; null for the table's default. */
  onChoose: (width: number | null) => void;
}

const keyStep = 16;
const keySteps: Record<string, number> = { ArrowLeft: -keyStep, ArrowRight: keyStep };

/** The right edge of a column's head, which makes the column wider and narrower. */
export function ColumnGrip({ label, onPreview, onChoose }: ColumnGripProps) {
  const t = useText();
  const grip = useRef<HTMLDivElement>(null);
  const drag = useRef<{ from: number; width: number; chosen: number | null }>(null);
  const [width, setWidth] = useState(narrowest);
  useLayoutEffect(() => {
    const head = grip.current!.parentElement!;
    const measure = () => setWidth(limitWidth(head.getBoundingClientRect().width));
    // The observer comes after the first frame, in which the grip can be used already.
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(head);
    return () => observer.disconnect();
  }, []);

  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button === 0) {
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { from: event.clientX, width, chosen: null };
    }
  };
  const move = ({ clientX }: PointerEvent) => {
    if (drag.current && (drag.current.chosen !== null || clientX !== drag.current.from)) {
      drag.current.chosen = limitWidth(drag.current.width + clientX - drag.current.from);
      onPreview(drag.current.chosen);
    }
  };
  const end = (isKept: boolean) => {
    const chosen = drag.current?.chosen ?? null;
    drag.current = null;
    if (chosen !== null) {
      if (isKept) {
        onChoose(chosen);
      } else {
        onPreview(null);
      }
    }
  };
  const press = (event: KeyboardEvent) => {
    const step = keySteps[event.key];
    if (event.key === 'Escape' && drag.current) {
      end(false);
    } else if (step) {
      onChoose(limitWidth(width + step));
    } else if (event.key === 'Home') {
      onChoose(null);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- A separator with a value is a control.
    <div
      ref={grip}
      className="column-grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      title={t('table.width.hint')}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onKeyDown={press}
      onDoubleClick={() => onChoose(null)}
    />
  );
}
