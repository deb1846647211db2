import { useMutation, useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { issuersQuery } from '../api/account-queries.ts';
import type { Client, Team } from '../api/client.ts';
import { roleWords } from '../api/may.ts';
import { useIdentity } from '../session/identity.ts';
import { Icon } from './icon.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { useDisclosure } from './use-disclosure.ts';

/** Who is in, what they are in this team, and the way out. */
export function AccountMenu(props: { client: Client; team: Team | null; onSignOut: () => void }) {
  const { me } = useIdentity();
  const { open, setOpen, wrapper, button } = useDisclosure();
  const id = useId();
  const name = me.kind === 'operator' ? 'Operator' : (me.name ?? me.email ?? 'Account');
  return (
    <div className="account" ref={wrapper}>
      <button
        type="button"
        ref={button}
        className="button account-button"
        aria-expanded={open}
        aria-controls={id}
        aria-label={`Account: ${name}`}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon name="person" />
        <span className="account-name">{name}</span>
      </button>
      <div id={id} className="account-panel" hidden={!open} role="group" aria-label="Account">
        {open ? <AccountPanel {...props} name={name} /> : null}
      </div>
    </div>
  );
}

function AccountPanel(props: { client: Client; team: Team | null; onSignOut: () => void; name: string }) {
  const { client, team, onSignOut, name } = props;
  const { me } = useIdentity();
  return (
    <>
      <p className="account-who">
        <strong>{name}</strong>
        {me.email === null || me.email === name ? null : <span className="soft">{me.email}</span>}
      </p>
      <dl className="account-facts">
        {me.issuer === null ? null : (
          <div>
            <dt>Signed in with</dt>
            <dd>
              <IssuerName client={client} id={me.issuer} />
            </dd>
          </div>
        )}
        {me.kind === 'operator' ? (
          <div>
            <dt>Signed in with</dt>
            <dd>the access token</dd>
          </div>
        ) : team === null ? null : (
          <div>
            <dt>In {team.name}</dt>
            <dd>{roleWords(me, team)}</dd>
          </div>
        )}
      </dl>
      <SignOutButtons client={client} onSignOut={onSignOut} />
    </>
  );
}

/** The way out; somebody who signed in may also end what they left open elsewhere. */
export function SignOutButtons({ client, onSignOut }: { client: Client; onSignOut: () => void }) {
  const { me } = useIdentity();
  const signOut = useMutation({
    // A token is nothing that the API would end here: it is forgotten.
    mutationFn: async (everywhere: boolean) => {
      if (me.kind === 'user') await client.post('/auth/sign-out', { body: { everywhere } });
    },
    onSuccess: onSignOut,
  });
  return (
    <>
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={signOut.isPending}
          onClick={() => {
            signOut.mutate(false);
          }}
        >
          Sign out
        </button>
        {me.kind === 'user' ? (
          <button
            type="button"
            className="button"
            title="Ends your sign-ins in all browsers"
            disabled={signOut.isPending}
            onClick={() => {
              signOut.mutate(true);
            }}
          >
            Sign out everywhere
          </button>
        ) : null}
      </div>
      {signOut.isError ? <ProblemNotice error={signOut.error} what="You are still signed in" /> : null}
    </>
  );
}

/** What people call an issuer. */
function IssuerName({ client, id }: { client: Client; id: string }) {
  const issuers = useQuery(issuersQuery(client));
  return issuers.data?.issuers.find((issuer) => issuer.id === id)?.name ?? id;
}
