import { useId, type ReactNode } from 'react';

interface Control<V> {
  name: string;
  label: string;
  hint: string;
  value: V;
  /** Shown, but not to be changed by whoever looks. */
  disabled: boolean;
  /** Differs from what is saved. */
  unsaved: boolean;
  problem: string | null;
  onChange: (value: V) => void;
  onLeave: () => void;
}

/** On or off. */
export function SwitchField(props: Control<boolean>) {
  const { name, value, disabled, onChange, onLeave } = props;
  return (
    <FieldFrame {...props} inline>
      {({ id, describedBy }) => (
        <input
          id={id}
          name={name}
          className="switch"
          type="checkbox"
          role="switch"
          disabled={disabled}
          checked={value}
          aria-describedby={describedBy}
          onChange={(event) => {
            onChange(event.target.checked);
          }}
          onBlur={onLeave}
        />
      )}
    </FieldFrame>
  );
}

export function TextField(
  props: Control<string> & {
    type?: 'text' | 'time';
    suffix?: string;
    inputMode?: 'decimal' | 'numeric';
    placeholder?: string;
    wide?: boolean;
  },
) {
  const { name, value, disabled, problem, onChange, onLeave } = props;
  const { type = 'text', suffix, inputMode, placeholder, wide = false } = props;
  return (
    <FieldFrame {...props}>
      {({ id, describedBy }) => (
        <span className={wide ? 'survey-input survey-input-wide' : 'survey-input'}>
          <input
            id={id}
            name={name}
            className="input"
            type={type}
            inputMode={inputMode}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            disabled={disabled}
            value={value}
            aria-invalid={problem !== null}
            aria-describedby={describedBy}
            onChange={(event) => {
              onChange(event.target.value);
            }}
            onBlur={onLeave}
          />
          {suffix === undefined ? null : (
            <span className="soft small" id={`${id}-suffix`}>
              {suffix}
            </span>
          )}
        </span>
      )}
    </FieldFrame>
  );
}

export function ChoiceField<V extends string>(
  props: Control<V> & { options: readonly { value: V; name: string }[] },
) {
  const { name, value, disabled, options, onChange, onLeave } = props;
  return (
    <FieldFrame {...props}>
      {({ id, describedBy }) => (
        <span className="survey-input survey-input-wide">
          <select
            id={id}
            name={name}
            className="select"
            disabled={disabled}
            value={value}
            aria-describedby={describedBy}
            onChange={(event) => {
              const chosen = options.find((option) => option.value === event.target.value);
              if (chosen !== undefined) onChange(chosen.value);
            }}
            onBlur={onLeave}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.name}
              </option>
            ))}
          </select>
        </span>
      )}
    </FieldFrame>
  );
}

/** A control between its name and what it means; whether it is saved stands beside the name. */
function FieldFrame(props: {
  label: string;
  hint: string;
  suffix?: string;
  unsaved: boolean;
  problem: string | null;
  inline?: boolean;
  children: (control: { id: string; describedBy: string }) => ReactNode;
}) {
  const { label, hint, suffix, unsaved, problem, inline = false, children } = props;
  const id = useId();
  const describedBy = [
    suffix === undefined ? null : `${id}-suffix`,
    `${id}-hint`,
    problem === null ? null : `${id}-problem`,
    unsaved ? `${id}-unsaved` : null,
  ]
    .filter((part) => part !== null)
    .join(' ');
  return (
    <div className={inline ? 'survey-field survey-field-inline' : 'survey-field'}>
      <div className="survey-label">
        <label htmlFor={id}>{label}</label>
        {unsaved ? (
          <span className="pill pill-warn" id={`${id}-unsaved`}>
            not saved
          </span>
        ) : null}
      </div>
      {children({ id, describedBy })}
      <p className="soft small survey-hint" id={`${id}-hint`}>
        {hint}
      </p>
      {problem === null ? null : (
        <p className="field-error survey-hint" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
