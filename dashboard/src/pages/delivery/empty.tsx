import type { ReactNode } from 'react';

function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{title}</h2>
      {children}
    </section>
  );
}

const AUTHORIZATION = `-H "Authorization: Bearer $PLUMBLINE_TOKEN" -H "Content-Type: application/json"`;

export function NoTeam({ onCheck, checking }: { onCheck: () => void; checking: boolean }) {
  return (
    <Empty title="There is no team yet">
      <p>
        A team holds the connections, people and numbers of one organisation. Create the first one with your
        access token in <code>PLUMBLINE_TOKEN</code>:
      </p>
      <pre className="code-block">
        {`curl -X POST ${window.location.origin}/api/teams \\\n  ${AUTHORIZATION} \\\n  -d '{"name": "Acme", "time_zone": "Europe/Berlin"}'`}
      </pre>
      <button type="button" className="button" onClick={onCheck} disabled={checking}>
        {checking ? 'Looking…' : 'Look again'}
      </button>
    </Empty>
  );
}

export function NoConnection({ teamId }: { teamId: string }) {
  return (
    <Empty title="Nothing is connected yet">
      <p>
        Connect GitHub with a token that may read the organisation’s repositories and members. For GitHub
        Enterprise Server, add <code>{'"base_url": "https://ghe.example.com"'}</code>.
      </p>
      <pre className="code-block">
        {`curl -X PUT ${window.location.origin}/api/teams/${teamId}/connections/github \\\n  ${AUTHORIZATION} \\\n  -d '{"credentials": {"token": "'"$GITHUB_TOKEN"'"}, "settings": {"organization": "acme"}}'`}
      </pre>
      <p className="soft">Then start the first sync above: connecting alone does not start one.</p>
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
