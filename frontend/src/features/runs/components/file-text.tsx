import { Hash, WrapText } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { Pending } from '../../../components/states';
import { formatBytes } from '../../../lib/format';
import { useText } from '../../../lib/i18n/i18n';
import { Store, useStore } from '../../../lib/store';
import { readDelimited } from '../api/delimited';
import { delimiterOf, indentJson, isLog, textLimit, type TextPart } from '../api/file-content';
import { useFileText, type FileHead } from '../api/run-files';
import { DataTable } from './data-table';

interface FileTextProps {
  runId: string;
  path: string;
  head: FileHead;
}

const rowsPerPage = 50;
/** How texts are shown, also in the files that are opened next. */
const look = new Store({ isWrapped: true, hasNumbers: false });

/** What is in a file that is none of the media: a text, or a table where it is one. */
export function FileText({ runId, path, head }: FileTextProps) {
  const t = useText();
  const isPart = head.size > textLimit;
  const [part, setPart] = useState<TextPart>(isPart && isLog(path) ? 'end' : 'start');
  const [isRaw, setIsRaw] = useState(false);
  const { data, error, refetch } = useFileText(runId, path, head, part);
  const delimiter = delimiterOf(path);
  const table = useMemo(
    () => (data && delimiter && part === 'start' ? readDelimited(data.text, delimiter) : null),
    [data, delimiter, part],
  );
  if (data === null) {
    return <p className="panel-note muted">{t(/\.pdf$/i.test(path) ? 'file.pdf' : 'file.binary')}</p>;
  }
  const isTable = table !== null && !isRaw;
  return (
    <>
      <div className="file-tools">
        {isPart && (
          <Choice
            label={t('file.shown')}
            value={part}
            names={{ start: t('file.start'), end: t('file.end') }}
            onChoose={setPart}
          />
        )}
        {table && (
          <Choice
            label={t('media.view')}
            value={isRaw ? 'text' : 'table'}
            names={{ table: t('media.kind.table'), text: t('media.kind.text') }}
            onChoose={view => setIsRaw(view === 'text')}
          />
        )}
        <span className="muted">
          {isPart && t(part === 'start' ? 'file.part' : 'file.lastPart', { size: formatBytes(textLimit) })}{' '}
          {data?.isForeign && t('file.foreign')}
        </span>
        {data && !isTable && <LookButtons text={data.text} isFromStart={part === 'start'} />}
      </div>
      {data === undefined ? (
        <div className="panel-note">
          <Pending error={error} onRetry={refetch} rows={4} />
        </div>
      ) : isTable ? (
        <div className="file-table-frame">
          <DataTable table={table} label={path} rowsPerPage={rowsPerPage} />
        </div>
      ) : (
        <Lines
          key={part}
          text={!isPart && path.toLowerCase().endsWith('.json') ? indentJson(data.text) : data.text}
          label={path}
          part={part}
        />
      )}
    </>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  names: Record<T, string>;
  onChoose: (value: T) => void;
}

/** One of two views. */
function Choice<T extends string>({ label, value, names, onChoose }: ChoiceProps<T>) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {(Object.entries(names) as [T, string][]).map(([one, name]) => (
        <button key={one} type="button" aria-pressed={one === value} onClick={() => onChoose(one)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function LookButtons({ text, isFromStart }: { text: string; isFromStart: boolean }) {
  const t = useText();
  const { isWrapped, hasNumbers } = useStore(look);
  return (
    <span className="file-actions">
      {/* Without its beginning, nobody knows the numbers of its lines. */}
      {isFromStart && (
        <IconButton
          label={t('file.numbers')}
          icon={<Hash aria-hidden="true" />}
          aria-pressed={hasNumbers}
          onClick={() => look.set({ isWrapped: hasNumbers && isWrapped, hasNumbers: !hasNumbers })}
        />
      )}
      <IconButton
        label={t('log.wrap')}
        icon={<WrapText aria-hidden="true" />}
        aria-pressed={isWrapped}
        onClick={() => look.set({ isWrapped: !isWrapped, hasNumbers: hasNumbers && isWrapped })}
      />
      <CopyButton text={text} label={t('file.copy')} />
    </span>
  );
}

/** The end of a long text is scrolled to. Numbers stand beside lines that are not wrapped. */
function Lines({ text, label, part }: { text: string; label: string; part: TextPart }) {
  const { isWrapped, hasNumbers } = useStore(look);
  const frame = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (frame.current && part === 'end') {
      frame.current.scrollTop = frame.current.scrollHeight;
    }
  }, [part, text]);
  const lines = hasNumbers && part === 'start' ? text.replace(/\n$/, '').split('\n').length : 0;
  return (
    <pre
      ref={frame}
      className="file-text"
      tabIndex={0}
      aria-label={label}
      data-wrapped={isWrapped || undefined}
      data-numbered={lines > 0 || undefined}
    >
      {lines > 0 && (
        <span className="line-numbers" aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </span>
      )}
      {lines > 0 ? <span>{text}</span> : text}
    </pre>
  );
}
