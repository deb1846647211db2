import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Client, Export, ExportWhose, Team } from '../../api/client.ts';
import { exportsQuery, isOpen } from '../../api/privacy-queries.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useIdentity } from '../../session/identity.ts';
import { ExportRow } from './export-row.tsx';

const ASK: Record<ExportWhose, string> = {
  me: 'Export my data',
  team: 'Export the team’s data',
};
const TITLES: Record<ExportWhose, string> = { me: 'Data of one person', team: 'The team’s data' };

/** Exports, and how to ask for another one. */
export function Exports(props: {
  client: Client;
  team: Team;
  whose: ExportWhose;
  /** All that are known to whoever looks: one at a time is made for each of them. */
  known: readonly Export[];
  shown: readonly Export[];
  label: string;
  none: string;
  /** Who asked for one; null where that goes without saying. */
  askedBy: (entry: Export) => string | null;
  now: number;
  leave: (url: string) => void;
}) {
  const { client, team, whose, known, shown, label, none, askedBy, now, leave } = props;
  const { me } = useIdentity();
  const cache = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  /** The one that was asked for here: what becomes of it is said. */
  const [asked, setAsked] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const { queryKey } = exportsQuery(client, team.team_id);
  const isMine = (entry: Export) => entry.asked_by === me.id;
  const isBusy = known.some((entry) => isMine(entry) && isOpen(entry));
  const ask = useMutation({
    mutationFn: () =>
      client.post('/api/teams/{team_id}/exports', { path: { team_id: team.team_id }, body: { whose } }),
    onSuccess: async (made) => {
      await cache.cancelQueries({ queryKey });
      cache.setQueryData(
        queryKey,
        (before) => before && { exports: [made, ...before.exports.filter((entry) => entry.id !== made.id)] },
      );
      if (made.whose === whose) setAsked(made.id);
      else setSaid('Another export of yours is still being made. Ask again when it is ready.');
    },
  });
  const onRemoved = async () => {
    setSaid('The export is removed.');
    // The row goes, and what had the focus with it.
    words.current?.focus();
    await cache.invalidateQueries({ queryKey });
  };
  return (
    <>
      {shown.length === 0 ? (
        <p className="soft small">{none}</p>
      ) : (
        <ul className="privacy-rows" aria-label={label}>
          {shown.map((entry) => (
            <ExportRow
              key={entry.id}
              client={client}
              team={team}
              entry={entry}
              title={whose === 'me' ? 'My data' : TITLES[entry.whose]}
              askedBy={askedBy(entry)}
              isTheirs={entry.whose === 'team' || (isMine(entry) && me.kind === 'user')}
              now={now}
              leave={leave}
              onRemoved={onRemoved}
            />
          ))}
        </ul>
      )}
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said ?? progressWords(known.find((entry) => entry.id === asked))}
      </p>
      <div className="privacy-ask">
        <button
          type="button"
          className="button button-primary"
          disabled={isBusy || ask.isPending}
          onClick={() => {
            setSaid(null);
            setAsked(null);
            ask.mutate();
          }}
        >
          {ask.isPending ? 'Asking…' : ASK[whose]}
        </button>
        {isBusy ? (
          <p className="soft small">
            An export of yours is being made: ask for the next one when it is ready.
          </p>
        ) : null}
      </div>
      {ask.isError ? <ProblemNotice error={ask.error} what="No export was asked for" /> : null}
    </>
  );
}

function progressWords(entry: Export | undefined): string | null {
  if (entry === undefined) return null;
  if (isOpen(entry))
    return 'It is being made. You may leave this page: the file is here for a week from when it is ready.';
  return entry.status === 'done' ? 'Your export is ready. Download it above.' : null;
}
