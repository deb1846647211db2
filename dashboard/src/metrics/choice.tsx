import { useId } from 'react';

/** One of several, or all of them. */
export function Choice(props: {
  label: string;
  all: string;
  value: string | null;
  options: [value: string, label: string][];
  onChoose: (value: string | null) => void;
}) {
  const { label, all, value, options, onChoose } = props;
  const id = useId();
  // An address may name what the list does not have (yet): it stays visible, because it narrows the numbers.
  const known = value === null || options.some(([option]) => option === value);
  return (
    <div className="field filter-choice">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={value === null ? 'select' : 'select select-active'}
        value={value ?? ''}
        onChange={(event) => {
          onChoose(event.target.value === '' ? null : event.target.value);
        }}
      >
        <option value="">{all}</option>
        {known ? null : <option value={value}>{value}</option>}
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
