import type { ButtonHTMLAttributes, ReactNode } from 'react';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: ReactNode;
  /** Why the user may not press it. It stays reachable with the keyboard, as its reason must be. */
  refusal?: string;
}

export function Button({
  kind = 'plain',
  icon,
  refusal,
  children,
  className = '',
  type = 'button',
  ...rest
}: ButtonProps) {
  const refused = refusal ? { 'aria-disabled': true, title: refusal, type: 'button' as const, onClick: undefined } : {};
  return (
    <button type={type} className={`button button-${kind} ${className}`} {...rest} {...refused}>
      {icon}
      {children !== undefined && <span>{children}</span>}
    </button>
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
