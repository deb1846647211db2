import { useId } from 'react';
import type { Client, Groups, Repositories, Team } from '../api/client.ts';
import { AuthorChoice } from './author-choice.tsx';
import { Choice } from './choice.tsx';
import {
  isFiltered,
  PRESETS,
  presetOf,
  presetRange,
  rangeProblem,
  type Select,
  type Selection,
} from './selection.ts';

export function Filters(props: {
  client: Client;
  team: Team;
  selection: Selection;
  groups: Groups['groups'];
  repositories: Repositories['repositories'];
  now: number;
  onSelect: Select;
}) {
  const { client, team, selection, groups, repositories, now, onSelect } = props;
  const id = useId();
  const preset = presetOf(selection.from, selection.to, team.time_zone, now);
  const problem = rangeProblem(selection.from, selection.to);

  const dateField = (field: 'from' | 'to', label: string) => (
    <div className="field filter-date">
      <label className="field-label" htmlFor={`${id}-${field}`}>
        {label}
      </label>
      <input
        id={`${id}-${field}`}
        className="input"
        type="date"
        value={selection[field] ?? ''}
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
          {PRESETS.map((days) => (
            <button
              key={days}
              type="button"
              aria-pressed={preset === days}
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
        label="Group"
        all="All groups"
        value={selection.group}
        onChoose={(group) => {
          onSelect({ ...selection, group }, 'push');
        }}
        options={groups.map((group) => [group.slug, `${group.name} (${group.members})`])}
      />
      <Choice
        label="Repository"
        all="All repositories"
        value={selection.repository}
        onChoose={(repository) => {
          onSelect({ ...selection, repository }, 'push');
        }}
        options={repositories.map((repository) => [
          repository.full_name,
          repository.full_name + (repository.archived ? ' (archived)' : ''),
        ])}
      />
      <AuthorChoice
        client={client}
        team={team}
        value={selection.author}
        onChoose={(author) => {
          onSelect({ ...selection, author }, 'push');
        }}
      />
      {isFiltered(selection) ? (
        <button
          type="button"
          className="link-button filter-clear"
          onClick={() => {
            onSelect({ ...selection, group: null, repository: null, author: null }, 'push');
          }}
        >
          Clear filters
        </button>
      ) : null}
      {problem === null ? null : (
        <p className="field-error filter-problem" id={`${id}-problem`} role="alert">
          {problem.message}
        </p>
      )}
    </section>
  );
}
