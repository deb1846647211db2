import type { Team } from '../api/client.ts';
import { Empty } from '../components/empty.tsx';
import { PageLink } from '../components/frame.tsx';

export function NoConnection({ team }: { team: Team }) {
  return (
    <Empty title="Nothing is connected yet">
      <p>These numbers are read from GitHub. Connect it, and the others that the team works with.</p>
      <PageLink to="/connections" team={team} className="button button-primary">
        Go to the connections
      </PageLink>
      <p className="soft">Then start the first sync: connecting alone does not start one.</p>
    </Empty>
  );
}

export function NeverSynced() {
  return (
    <Empty title="Connected, but not synced yet">
      <p>
        Choose <strong>Sync now</strong> above to read the first 180 days of pull requests, reviews and
        commits. Numbers appear here as soon as the sync is done.
      </p>
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
