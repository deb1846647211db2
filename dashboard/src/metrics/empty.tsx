import type { Team } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { Empty } from '../components/empty.tsx';
import { PageLink } from '../components/page-link.tsx';
import { useMay } from '../session/identity.ts';

export function NoConnection({ team }: { team: Team }) {
  const allowed = useMay(team);
  return (
    <Empty title="Nothing is connected yet">
      {allowed('configure') ? (
        <>
          <p>These numbers are read from GitHub. Connect it, and the others that the team works with.</p>
          <PageLink to="/connections" team={team} className="button button-primary">
            Go to the connections
          </PageLink>
          <p className="soft">Then start the first sync: connecting alone does not start one.</p>
        </>
      ) : (
        <p>These numbers are read from GitHub. An admin of the team can connect it.</p>
      )}
    </Empty>
  );
}

export function NeverSynced({ team }: { team: Team }) {
  const allowed = useMay(team);
  return (
    <Empty title="Connected, but not synced yet">
      {allowed('sync') ? (
        <p>
          Choose <strong>Sync now</strong> above to read the first 180 days of pull requests, reviews and
          commits. Numbers appear here as soon as the sync is done.
        </p>
      ) : (
        <p>
          The first 180 days of pull requests, reviews and commits are read in the coming night, or as soon as
          an admin of the team starts it.
        </p>
      )}
    </Empty>
  );
}

/** Numbers that would say something about individuals. */
export function TooFewPeople({ error, onClear }: { error: unknown; onClear: () => void }) {
  return (
    <Empty title="Too few people to show numbers of">
      <p role="status">{error instanceof ApiError ? error.detail : null}</p>
      <button type="button" className="button" onClick={onClear}>
        Clear the filters
      </button>
    </Empty>
  );
}

export function FirstSync() {
  return (
    <Empty title="The first sync is under way">
      <p>
        Its progress is shown above. Numbers appear here as soon as it is done; this page may be left
        meanwhile.
      </p>
    </Empty>
  );
}

export function NoMerges(props: { filtered: boolean; onClear: () => void; onWiden: () => void }) {
  return (
    <Empty title="No pull request was merged in this range">
      <p>
        {props.filtered
          ? 'None of a person, with these filters and between these days.'
          : 'None of a person, between these days.'}
      </p>
      <div className="empty-actions">
        {props.filtered ? (
          <button type="button" className="button" onClick={props.onClear}>
            Clear the filters
          </button>
        ) : null}
        <button type="button" className="button" onClick={props.onWiden}>
          Show the last 365 days
        </button>
      </div>
    </Empty>
  );
}
