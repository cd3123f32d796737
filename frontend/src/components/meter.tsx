interface MeterProps {
  label: string;
  text: string;
  /** 0 to 1. */
  used: number;
  /** A second, thinner bar: the part in use of what is reserved. 0 to 1. */
  busy?: number;
  /** Nobody knows how much is in use: the bar is hatched, not empty. */
  isUnknown?: boolean;
}

/** How much of something is in use. */
export function Meter({ label, text, used, busy, isUnknown }: MeterProps) {
  return (
    <div className="meter">
      <div className="meter-text">
        <span>{label}</span>
        <span className="muted number">{text}</span>
      </div>
      <div
        className="meter-bar"
        {...(isUnknown
          ? { 'data-unknown': true, role: 'img', 'aria-label': `${label}: ${text}` }
          : {
              role: 'meter',
              'aria-label': label,
              'aria-valuemin': 0,
              'aria-valuemax': 100,
              'aria-valuenow': percent(busy ?? used),
              'aria-valuetext': text,
            })}
      >
        <div className="meter-used" style={{ width: `${percent(used)}%` }} />
        {busy !== undefined && <div className="meter-busy" style={{ width: `${percent(busy)}%` }} />}
      </div>
    </div>
  );
}

function percent(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 100);
}
