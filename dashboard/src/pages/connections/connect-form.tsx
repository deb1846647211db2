import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';
import type { Client, Connection, Provider, Team } from '../../api/client.ts';
import { providerName } from '../../api/words.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Unsaved } from '../../components/unsaved.tsx';
import { bodyOf, fieldKey, fieldProblem, valuesOf, VENDORS, type Field } from './vendors.ts';

/** Credentials and settings, entered by hand. The vendor tries them before anything is kept. */
export function ConnectForm(props: {
  client: Client;
  team: Team;
  provider: Provider;
  connection: Connection | undefined;
  onDone: () => Promise<void>;
  onCancel: () => void;
}) {
  const { client, team, provider, connection, onDone, onCancel } = props;
  const name = providerName(provider);
  const { fields } = VENDORS[provider];
  const [values, setValues] = useState(() => valuesOf(fields, connection));
  const [begun] = useState(values);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('input')?.focus();
  }, []);
  const attempt = useMutation({
    mutationFn: () =>
      client.put('/api/teams/{team_id}/connections/{provider}', {
        path: { team_id: team.team_id, provider },
        body: bodyOf(fields, values, connection),
      }),
    onSuccess: onDone,
  });
  const problemOf = (field: Field) => fieldProblem(field, values.get(fieldKey(field)) ?? '');

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    const wrong = fields.findIndex((field) => problemOf(field) !== null);
    if (wrong < 0) attempt.mutate();
    else form.current?.querySelectorAll('input')[wrong]?.focus();
  };

  return (
    <form
      ref={form}
      className="panel connection-form"
      aria-label={`Connect ${name}`}
      noValidate
      onSubmit={onSubmit}
    >
      {fields.map((field) => (
        <FormField
          key={fieldKey(field)}
          field={field}
          value={values.get(fieldKey(field)) ?? ''}
          problem={tried ? problemOf(field) : null}
          onChange={(text) => {
            setValues(new Map(values).set(fieldKey(field), text));
          }}
        />
      ))}
      {fields.some((field) => (values.get(fieldKey(field)) ?? '') !== (begun.get(fieldKey(field)) ?? '')) ? (
        <Unsaved what={`What you entered for ${name}`} />
      ) : null}
      {attempt.isError ? (
        <ProblemNotice error={attempt.error} what={`${name} was not connected; nothing was changed`} />
      ) : null}
      <div className="actions">
        <button type="submit" className="button button-primary" disabled={attempt.isPending}>
          {attempt.isPending ? 'Trying…' : `Connect ${name}`}
        </button>
        <button type="button" className="button" disabled={attempt.isPending} onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function FormField(props: {
  field: Field;
  value: string;
  problem: string | null;
  onChange: (text: string) => void;
}) {
  const { field, value, problem, onChange } = props;
  const id = useId();
  const described = [
    field.hint === undefined ? null : `${id}-hint`,
    problem === null ? null : `${id}-problem`,
  ];
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {field.label}
        {field.required === true ? null : ' (optional)'}
      </label>
      <input
        id={id}
        className="input"
        type={field.kind === 'secret' ? 'password' : 'text'}
        inputMode={field.kind === 'days' ? 'numeric' : undefined}
        autoComplete="off"
        spellCheck={false}
        required={field.required === true}
        placeholder={field.placeholder}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={described.filter((part) => part !== null).join(' ') || undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      {field.hint === undefined ? null : (
        <p className="soft small" id={`${id}-hint`}>
          {field.hint}
        </p>
      )}
      {problem === null ? null : (
        <p className="field-error" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
