import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client, Export, Team } from '../../api/client.ts';
import { exportFile, isOpen, needFreshSignIn } from '../../api/privacy-queries.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Instant } from '../../components/value.tsx';
import { absolute } from '../../format/instant.ts';
import { count, fileSize } from '../../format/number.ts';
import { Download, OperatorsDownload } from './download.tsx';
import { exportPill, hasFile } from './words.ts';

/** An export: how far it is, and its file. */
export function ExportRow(props: {
  client: Client;
  team: Team;
  entry: Export;
  title: string;
  /** Who asked for it, where that is to be said. */
  askedBy: string | null;
  /** It is for whoever looks to fetch and to remove. */
  isTheirs: boolean;
  now: number;
  leave: (url: string) => void;
  onRemoved: () => Promise<void>;
}) {
  const { client, team, entry, title, askedBy, isTheirs, now, leave, onRemoved } = props;
  const label = `${title}, ${absolute(entry.asked_at, team.time_zone)}`;
  const { text, tone } = exportPill(entry, now);
  const open = isOpen(entry);
  const address = exportFile(team.team_id, entry.id);
  const [isShown, setShown] = useState(false);
  const path = { team_id: team.team_id, export_id: entry.id };
  const follow = useMutation({
    mutationFn: async () => {
      if (entry.whose === 'team') await needFreshSignIn(client);
      // Whether the session holds, and the export is still there.
      await client.get('/api/teams/{team_id}/exports/{export_id}', { path });
    },
    onSuccess: () => {
      leave(address);
    },
  });
  const remove = useMutation({
    mutationFn: () => client.delete('/api/teams/{team_id}/exports/{export_id}', { path }),
    onSuccess: onRemoved,
  });
  const removal = open ? 'Give up' : 'Remove';
  return (
    <li className="privacy-row" aria-label={label}>
      <div className="privacy-what">
        <p>
          <strong>{title}</strong> <span className={`pill pill-${tone}`}>{text}</span>
        </p>
        <p className="soft small">
          Asked for {askedBy === null ? null : `by ${askedBy}, `}
          <Instant at={entry.asked_at} timeZone={team.time_zone} now={now} />
        </p>
      </div>
      <div className="privacy-more small">
        {open ? <Making entry={entry} label={label} /> : null}
        {entry.error === null ? null : (
          <p className={open ? undefined : 'field-error'}>
            {open ? `The last attempt failed, and another one follows: ${entry.error}` : entry.error}
          </p>
        )}
        {entry.bytes === null || entry.ends_at === null ? null : (
          <dl className="facts">
            <div>
              <dt>Size</dt>
              <dd>{fileSize(entry.bytes)}</dd>
            </div>
            <div>
              <dt>{hasFile(entry, now) ? 'Can be downloaded until' : 'Was there until'}</dt>
              <dd>
                <Instant at={entry.ends_at} timeZone={team.time_zone} now={now} />
              </dd>
            </div>
          </dl>
        )}
        {isTheirs ? null : <p className="soft">Only {askedBy ?? 'whoever asked for it'} can download it.</p>}
      </div>
      <div className="privacy-end actions">
        {isTheirs && hasFile(entry, now) ? (
          <Download
            address={address}
            label={label}
            isShown={isShown}
            onShow={() => {
              setShown(!isShown);
            }}
            onFollow={() => {
              if (!follow.isPending) follow.mutate();
            }}
          />
        ) : null}
        {isTheirs ? (
          <button
            type="button"
            className="button"
            aria-label={`${removal}: ${label}`}
            disabled={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            {removal}
          </button>
        ) : null}
      </div>
      {isShown ? <OperatorsDownload address={address} /> : null}
      {follow.isError ? (
        <div className="privacy-wide">
          <ProblemNotice error={follow.error} what="The file was not downloaded" />
        </div>
      ) : null}
      {remove.isError ? (
        <div className="privacy-wide">
          <ProblemNotice error={remove.error} what="The export was not removed" />
        </div>
      ) : null}
    </li>
  );
}

function Making({ entry, label }: { entry: Export; label: string }) {
  const { step, done } = entry.progress;
  return (
    <div className="sync-progress">
      <div className="sync-progress-words">
        <span>{step === '' ? 'About to start' : step}</span>
        {done === 0 ? null : <span>{count(done)} rows</span>}
      </div>
      <progress aria-label={`Progress: ${label}`} />
    </div>
  );
}
