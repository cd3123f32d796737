import { Plus, X } from 'lucide-react';
import { Button, IconButton } from '../../../components/button';
import { Field } from '../../../components/field';
import { useText } from '../../../lib/i18n/i18n';
import { fileField, type JobDraft } from '../api/job-draft';

const outputTypes = ['model', 'dataset', 'code', 'config', 'checkpoint', 'custom'];

interface FileRowsProps {
  files: JobDraft['files'];
  errorsAt: (field: string) => string[];
  onChange: (files: JobDraft['files']) => void;
}

export function FileRows({ files, errorsAt, onChange }: FileRowsProps) {
  const t = useText();
  return (
    <div className="rows">
      {files.map((file, index) => (
        <div key={index} className="row-file">
          <div className="row">
            <MonoField
              label={t('submit.file.path')}
              errors={errorsAt(fileField(file.path))}
              value={file.path}
              onChange={path => onChange(replaced(files, index, { path }))}
            />
            <Remove onClick={() => onChange(without(files, index))} />
          </div>
          <Field label={t('submit.file.text')}>
            <textarea
              rows={8}
              className="mono"
              spellCheck={false}
              value={file.text}
              onChange={event => onChange(replaced(files, index, { text: event.target.value }))}
            />
          </Field>
        </div>
      ))}
      <RowsError errors={errorsAt('files')} />
      {files.length > 0 && <p className="field-hint">{t('submit.files.hint')}</p>}
      <Add label={t('submit.file.add')} onClick={() => onChange([...files, { path: '', text: '' }])} />
    </div>
  );
}

interface InputRowsProps {
  inputs: JobDraft['inputs'];
  errorsAt: (field: string) => string[];
  onChange: (inputs: JobDraft['inputs']) => void;
}

export function InputRows({ inputs, errorsAt, onChange }: InputRowsProps) {
  const t = useText();
  return (
    <div className="rows">
      {inputs.map((input, index) => (
        <div key={index} className="row">
          <MonoField
            label={t('submit.artifact')}
            errors={errorsAt(`inputs[${index}].artifact`)}
            placeholder="optdigits:latest"
            value={input.artifact}
            onChange={artifact => onChange(replaced(inputs, index, { artifact }))}
          />
          <MonoField
            label={t('submit.path')}
            errors={errorsAt(`inputs[${index}].path`)}
            placeholder="inputs/optdigits"
            value={input.path}
            onChange={path => onChange(replaced(inputs, index, { path }))}
          />
          <Remove onClick={() => onChange(without(inputs, index))} />
        </div>
      ))}
      <RowsError errors={errorsAt('inputs')} />
      <Add label={t('submit.input.add')} onClick={() => onChange([...inputs, { artifact: '', path: '' }])} />
    </div>
  );
}

interface OutputRowsProps {
  outputs: JobDraft['outputs'];
  errorsAt: (field: string) => string[];
  onChange: (outputs: JobDraft['outputs']) => void;
}

export function OutputRows({ outputs, errorsAt, onChange }: OutputRowsProps) {
  const t = useText();
  return (
    <div className="rows">
      {outputs.map((output, index) => (
        <div key={index} className="row">
          <MonoField
            label={t('submit.path')}
            errors={errorsAt(`outputs[${index}].path`)}
            placeholder="outputs"
            value={output.path}
            onChange={path => onChange(replaced(outputs, index, { path }))}
          />
          <MonoField
            label={t('submit.artifact')}
            errors={errorsAt(`outputs[${index}].artifact`)}
            placeholder="digits-model"
            value={output.artifact}
            onChange={artifact => onChange(replaced(outputs, index, { artifact }))}
          />
          <Field label={t('submit.type')} errors={errorsAt(`outputs[${index}].type`)}>
            <select
              value={output.type}
              onChange={event => onChange(replaced(outputs, index, { type: event.target.value }))}
            >
              {outputTypes.map(type => (
                <option key={type}>{type}</option>
              ))}
            </select>
          </Field>
          <Remove onClick={() => onChange(without(outputs, index))} />
        </div>
      ))}
      <RowsError errors={errorsAt('outputs')} />
      <Add
        label={t('submit.output.add')}
        onClick={() => onChange([...outputs, { path: 'outputs', artifact: '', type: 'model' }])}
      />
    </div>
  );
}

interface MonoFieldProps {
  label: string;
  errors: string[];
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}

function MonoField({ label, errors, placeholder, value, onChange }: MonoFieldProps) {
  return (
    <Field label={label} errors={errors}>
      <input
        className="mono"
        placeholder={placeholder}
        spellCheck={false}
        value={value}
        onChange={event => onChange(event.target.value)}
      />
    </Field>
  );
}

/** Errors that concern all rows. */
function RowsError({ errors }: { errors: string[] }) {
  return errors.length > 0 && <p className="field-error">{errors.join(' ')}</p>;
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <Button kind="quiet" icon={<Plus aria-hidden="true" />} onClick={onClick}>
      {label}
    </Button>
  );
}

function Remove({ onClick }: { onClick: () => void }) {
  const t = useText();
  return <IconButton label={t('submit.remove')} icon={<X aria-hidden="true" />} onClick={onClick} />;
}

function replaced<T>(items: readonly T[], index: number, part: Partial<T>): T[] {
  return items.map((item, at) => (at === index ? { ...item, ...part } : item));
}

function without<T>(items: readonly T[], index: number): T[] {
  return items.filter((_, at) => at !== index);
}
