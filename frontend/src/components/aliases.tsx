/** The names that point at a version, such as “latest”. */
export function Aliases({ names }: { names: readonly string[] }) {
  return names.map(name => (
    <span key={name} className="tag tag-accent">
      {name}
    </span>
  ));
}
