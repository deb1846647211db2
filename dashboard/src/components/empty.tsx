import type { ReactNode } from 'react';

/** A page's or part's only content while there is nothing to show: why, and what to do. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{title}</h2>
      {children}
    </section>
  );
}

export function NoTeam({ onCheck, checking }: { onCheck: () => void; checking: boolean }) {
  return (
    <Empty title="There is no team yet">
      <p>
        A team holds the connections, people and numbers of one organisation. Create the first one with your
        access token in <code>PLUMBLINE_TOKEN</code>:
      </p>
      <pre className="code-block">
        {`curl -X POST ${window.location.origin}/api/teams \\\n  -H "Authorization: Bearer $PLUMBLINE_TOKEN" -H "Content-Type: application/json" \\\n  -d '{"name": "Acme", "time_zone": "Europe/Berlin"}'`}
      </pre>
      <button type="button" className="button" onClick={onCheck} disabled={checking}>
        {checking ? 'Looking…' : 'Look again'}
      </button>
    </Empty>
  );
}
