import { useId } from 'react';
import { count } from '../../format/number.ts';

/** How many entries of each kind there are, under a heading. */
export function Kinds(props: { title: string; kinds: Readonly<Record<string, number>>; none: string }) {
  const { title, kinds, none } = props;
  const id = useId();
  const found = Object.entries(kinds);
  const sum = found.reduce((so, [, entries]) => so + entries, 0);
  return (
    <div role="group" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {found.length === 0 ? (
        <p className="soft small">{none}</p>
      ) : (
        <dl className="kinds small">
          {found.map(([kind, entries]) => (
            <div key={kind}>
              <dt>{kind}</dt>
              <dd>{count(entries)}</dd>
            </div>
          ))}
          <div className="kinds-total">
            <dt>in all</dt>
            <dd>{count(sum)}</dd>
          </div>
        </dl>
      )}
    </div>
  );
}
