interface SelectBoxProps {
  label: string;
  checked: boolean;
  /** Whether some, but not all, of what it stands for is selected. */
  isPartial?: boolean;
  /** Whether the label is also a tooltip. */
  hint?: boolean;
  /** A range is asked for with the Shift key. */
  onChange: (isSelected: boolean, isRange: boolean) => void;
}

/** Selects a row; around the box there is room for a finger. */
export function SelectBox({ label, checked, isPartial = false, hint, onChange }: SelectBoxProps) {
  return (
    <label className="select-box" title={hint ? label : undefined}>
      <input
        ref={box => {
          if (box) {
            box.indeterminate = isPartial;
          }
        }}
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={({ target, nativeEvent }) =>
          onChange(target.checked, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
      />
    </label>
  );
}
