import { LoaderCircle } from 'lucide-react';
import { useId, useState, type ButtonHTMLAttributes, type ReactNode, type Ref } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: ReactNode;
  /** Why the user may not press it: shown when it is pressed nevertheless. It stays reachable with the keyboard. */
  refusal?: string;
  /** Set while what it was pressed for is being done. It keeps the focus, and does nothing when it is pressed again. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  kind = 'plain',
  icon,
  refusal,
  busy = false,
  children,
  className = '',
  type = 'button',
  ...rest
}: ButtonProps) {
  const refusalId = useId();
  const [isTold, setIsTold] = useState(false);
  const content = (
    <>
      {busy ? <LoaderCircle className="spin" aria-hidden="true" /> : icon}
      {children !== undefined && <span>{children}</span>}
    </>
  );
  if (!refusal) {
    return (
      <button
        type={type}
        className={`button button-${kind} ${className}`}
        {...rest}
        {...(busy && { 'aria-busy': true, 'aria-disabled': true, onClick: undefined })}
      >
        {content}
      </button>
    );
  }
  return (
    <span className="refused">
      <button
        className={`button button-${kind} ${className}`}
        {...rest}
        type="button"
        aria-disabled
        aria-describedby={refusalId}
        title={refusal}
        onClick={() => setIsTold(!isTold)}
        onBlur={() => setIsTold(false)}
      >
        {content}
      </button>
      <span id={refusalId} className="refusal" hidden={!isTold}>
        {refusal}
      </span>
    </span>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  icon: ReactNode;
}

/** An icon button; its label is its accessible name and tooltip. */
export function IconButton({ label, icon, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      {icon}
    </button>
  );
}
