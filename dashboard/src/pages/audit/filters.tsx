import { useId } from 'react';
import type { Team } from '../../api/client.ts';
import { Choice } from '../../metrics/choice.tsx';
import { presetRange, rangeProblem } from '../../metrics/selection.ts';
import { LOG_PRESETS, type LogSelection } from './selection.ts';

export function LogFilters(props: {
  team: Team;
  selection: LogSelection;
  actors: [key: string, name: string][];
  now: number;
  onSelect: (selection: LogSelection, how: 'push' | 'replace') => void;
}) {
  const { team, selection, actors, now, onSelect } = props;
  const id = useId();
  const problem = rangeProblem(selection.from, selection.to);
  const isPreset = (days: number) => {
    const { from, to } = presetRange(days, team.time_zone, now);
    return from === selection.from && to === selection.to;
  };
  const dateField = (field: 'from' | 'to', label: string) => (
    <div className="field filter-date">
      <label className="field-label" htmlFor={`${id}-${field}`}>
        {label}
      </label>
      <input
        id={`${id}-${field}`}
        className="input"
        type="date"
        value={selection[field]}
        aria-invalid={problem?.field === field}
        aria-describedby={problem?.field === field ? `${id}-problem` : undefined}
        onChange={(event) => {
          // Typing a date passes through several: they are steps, not places to go back to.
          onSelect({ ...selection, [field]: event.target.value }, 'replace');
        }}
      />
    </div>
  );
  return (
    <section className="filters" aria-label="Range and filters">
      <div className="field filter-presets">
        <span className="field-label" id={`${id}-presets`}>
          Last days
        </span>
        <div className="segments" role="group" aria-labelledby={`${id}-presets`}>
          {LOG_PRESETS.map((days) => (
            <button
              key={days}
              type="button"
              aria-pressed={isPreset(days)}
              aria-label={`Last ${days} days`}
              onClick={() => {
                onSelect({ ...selection, ...presetRange(days, team.time_zone, Date.now()) }, 'push');
              }}
            >
              {days}
            </button>
          ))}
        </div>
      </div>
      {dateField('from', 'From')}
      {dateField('to', 'To')}
      <Choice
        label="Who"
        all="Everybody"
        value={selection.actor}
        options={actors}
        onChoose={(actor) => {
          onSelect({ ...selection, actor }, 'push');
        }}
      />
      <Choice
        label="What"
        all="Changes and reads"
        value={selection.kind}
        options={[
          ['change', 'Changes'],
          ['read', 'Reads'],
        ]}
        onChoose={(kind) => {
          onSelect({ ...selection, kind: kind === 'change' || kind === 'read' ? kind : null }, 'push');
        }}
      />
      {problem === null ? null : (
        <p className="field-error filter-problem" id={`${id}-problem`} role="alert">
          {problem.message}
        </p>
      )}
    </section>
  );
}
