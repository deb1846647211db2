import { useId, useState, type ReactNode } from 'react';

import type { Client } from '../api/client.ts';
import { useIdentity } from '../session/identity.ts';
import { signInAddress } from '../session/sign-in-address.ts';
import { useWayBack } from '../session/use-way-back.ts';
import { SignOutButtons } from './account-menu.tsx';

/** A page's or part's only content while there is nothing to show: why, and what to do. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card empty" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

export function NoTeam() {
  return (
    <Empty title="There is no team yet">
      <p>
        A team holds the connections, people and numbers of one organisation. Create the first one with your
        access token in <code>PLUMBLINE_TOKEN</code>:
      </p>
      <pre className="code-block">
        {`curl -X POST ${window.location.origin}/api/teams \\\n  -H "Authorization: Bearer $PLUMBLINE_TOKEN" -H "Content-Type: application/json" \\\n  -d '{"name": "Acme", "time_zone": "Europe/Berlin"}'`}
      </pre>
      <LookAgain />
    </Empty>
  );
}

/** For somebody who signed in, but whom no team has let in. */
export function NotInATeam({ client, onSignOut }: { client: Client; onSignOut: () => void }) {
  const { me } = useIdentity();
  const here = useWayBack();
  const name = me.name === null || me.name === me.email ? '' : `, ${me.name}`;
  return (
    <Empty title={`Hello${name}. You are in no team yet`}>
      {me.email === null ? (
        <p>
          You are signed in, but your sign-in told no address that is surely yours, so nobody can invite you
          by it. Try another way to sign in, or ask an admin of your team which way lets you in.
        </p>
      ) : (
        <p>
          You are signed in as <strong>{me.email}</strong>. Ask an admin to invite <strong>{me.email}</strong>
          , and then sign in again: that is what lets you in.
        </p>
      )}
      <div className="empty-actions">
        {me.issuer === null ? null : (
          <a className="button button-primary" href={signInAddress(me.issuer, here)}>
            Sign in again
          </a>
        )}
        <SignOutButtons client={client} onSignOut={onSignOut} />
      </div>
    </Empty>
  );
}

function LookAgain() {
  const { refresh } = useIdentity();
  const [looking, setLooking] = useState(false);
  return (
    <button
      type="button"
      className="button"
      disabled={looking}
      onClick={() => {
        setLooking(true);
        void refresh().finally(() => {
          setLooking(false);
        });
      }}
    >
      {looking ? 'Looking…' : 'Look again'}
    </button>
  );
}
