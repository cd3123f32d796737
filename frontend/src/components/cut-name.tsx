/** How many characters of a long name are shown in any case. */
const endLength = 14;

/** A name in one line. Names often differ at their ends only: one that is too long is cut before its end. */
export function CutName({ name }: { name: string }) {
  const parts = [...name];
  const at = parts.length > 2 * endLength ? parts.length - endLength : parts.length;
  return (
    <span className="cut-name" title={name}>
      <span className="cut-name-start">{parts.slice(0, at).join('')}</span>
      {at < parts.length && <span>{parts.slice(at).join('')}</span>}
    </span>
  );
}
