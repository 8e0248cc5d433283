import { useId, type ReactElement } from 'react';
import { LARGEST, type Draft, type Field } from '../fields.js';
import { BoxField } from './box.js';

export interface FieldProps {
  field: Field;
  draft: Draft;
  wrong: string | undefined;
  type: (change: Draft) => void;
  /** Say beside the field what could not be used. */
  refuse: (sentence: string) => void;
}

interface Described {
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

/** A label, what it means, the control, and what is wrong with what was typed. */
export function FieldView(props: FieldProps): ReactElement {
  const { field, wrong } = props;
  const id = useId();
  const notes = [
    field.description && `${id}-about`,
    field.hint && `${id}-hint`,
    wrong && `${id}-wrong`
  ];
  const said: Described = {
    'aria-describedby': notes.filter(Boolean).join(' ') || undefined,
    'aria-invalid': Boolean(wrong)
  };
  const parts = field.kind === 'box' || field.kind === 'interval';
  const Whole = parts ? 'fieldset' : 'div';
  const Label = parts ? 'legend' : 'label';
  return (
    <Whole className="ph-Field" {...(parts ? said : {})}>
      <Label {...(parts ? {} : { htmlFor: id })}>
        {field.title}
        {field.mayBeEmpty ? '' : <span className="ph-Note"> (needed)</span>}
        {field.hint && (
          <span className="ph-Note" id={`${id}-hint`}>
            {' '}
            {field.hint}
          </span>
        )}
      </Label>
      {field.description && (
        <p className="ph-Note" id={`${id}-about`}>
          {field.description}
        </p>
      )}
      <Control {...props} id={id} said={said} />
      {wrong && (
        <p className="ph-Trouble" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </Whole>
  );
}

function Control(props: FieldProps & { id: string; said: Described }): ReactElement {
  const { field, draft, type, id, said } = props;
  const { name } = field;
  const common = { id, className: 'ph-Input', name, ...said };
  const value = draft[name] ?? '';
  const change = (event: { target: { value: string } }): void => {
    type({ [name]: event.target.value });
  };
  switch (field.kind) {
    case 'flag':
      return (
        <input
          {...common}
          className=""
          type="checkbox"
          checked={value === 'true'}
          onChange={event => {
            type({ [name]: String(event.target.checked) });
          }}
        />
      );
    case 'choice':
      return (
        <select {...common} value={value} onChange={change}>
          {(field.mayBeEmpty || !value) && !field.options.some(o => o.value === value && value) && (
            <option value="">{field.mayBeEmpty ? 'as the notebook has it' : 'choose one'}</option>
          )}
          {field.options.map(option => (
            <option key={option.value} value={option.value}>
              {option.said}
            </option>
          ))}
        </select>
      );
    case 'date':
      return <input {...common} type="date" value={value} onChange={change} />;
    case 'time':
      return <input {...common} type="datetime-local" step={1} value={value} onChange={change} />;
    case 'interval':
      return <Interval {...props} />;
    case 'box':
      return <BoxField {...props} />;
    case 'file':
      return <FileField {...props} />;
    case 'list':
    case 'json':
      return <textarea {...common} rows={3} value={value} onChange={change} spellCheck={false} />;
    case 'number':
      return <input {...common} inputMode="decimal" value={value} onChange={change} />;
    case 'text':
      return <input {...common} value={value} onChange={change} />;
  }
}

function Interval({ field, draft, type, said }: FieldProps & { said: Described }): ReactElement {
  return (
    <div className="ph-Field-pair">
      {(['from', 'to'] as const).map(end => (
        <label key={end}>
          <span>{end === 'from' ? 'First day' : 'Last day'}</span>
          <input
            className="ph-Input"
            type="date"
            aria-invalid={said['aria-invalid']}
            value={draft[`${field.name}.${end}`] ?? ''}
            onChange={event => {
              type({ [`${field.name}.${end}`]: event.target.value });
            }}
          />
        </label>
      ))}
    </div>
  );
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve(typeof reader.result === 'string' ? (reader.result.split(',')[1] ?? '') : '');
    };
    reader.onerror = () => {
      reject(new Error(`${file.name} could not be read.`));
    };
    reader.readAsDataURL(file);
  });
}

function FileField(props: FieldProps & { id: string; said: Described }): ReactElement {
  const { field, draft, type, refuse, id, said } = props;
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) {
      return;
    }
    if (file.size > LARGEST) {
      refuse(
        `${file.name} is larger than ${LARGEST / 1e6} MB: give the run its address or a path.`
      );
      return;
    }
    try {
      type({ [field.name]: await base64Of(file), [`${field.name}.file`]: file.name });
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
  };
  const kept = draft[field.name]
    ? (draft[`${field.name}.file`] ?? 'the file of the former run')
    : '';
  return (
    <div className="ph-Field-file">
      <input id={id} type="file" {...said} onChange={event => void take(event.target.files?.[0])} />
      {kept && (
        <p>
          <span>{kept}</span>{' '}
          <button
            type="button"
            className="ph-Button ph-mod-quiet ph-mod-small"
            onClick={() => {
              type({ [field.name]: '', [`${field.name}.file`]: '' });
            }}
          >
            Take it away
          </button>
        </p>
      )}
    </div>
  );
}
