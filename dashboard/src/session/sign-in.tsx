import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';

import { issuersQuery } from '../api/account-queries.ts';
import { Client } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { Icon, Logo } from '../components/icon.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import type { SessionStore } from './session.ts';
import { signInAddress } from './sign-in-address.ts';
import { useWayBack } from './use-way-back.ts';

export const REFUSED =
  'The access token was refused. It may have been replaced: sign in with the current one.';
export const OVER = 'Your sign-in is over. Sign in again, and you are back where you were.';

/** Ways in: by somebody who vouches for people, or with the operator's token. */
export function SignIn(props: { store: SessionStore; notice: string | null; outcome: string | null }) {
  const { store, notice, outcome } = props;
  return (
    <div className="sign-in">
      <title>Sign in · Plumbline</title>
      <div className="sign-in-theme">
        <ThemeToggle />
      </div>
      <main className="card sign-in-card">
        <div className="brand">
          <Logo />
          <span>Plumbline</span>
        </div>
        <h1>Sign in</h1>
        {outcome === null ? null : (
          <div className="notice notice-bad" role="alert">
            <Icon name="warning" />
            <p className="notice-body">{outcome}</p>
          </div>
        )}
        {notice === null || notice === REFUSED ? null : (
          <div className="notice notice-warn" role="alert">
            <Icon name="info" />
            <p className="notice-body">{notice}</p>
          </div>
        )}
        <Issuers />
        <TokenForm store={store} refusal={notice === REFUSED ? REFUSED : null} />
      </main>
    </div>
  );
}

function Issuers() {
  const [client] = useState(() => new Client(null));
  const issuers = useQuery(issuersQuery(client));
  const here = useWayBack();
  if (issuers.isPending) {
    return (
      <div role="status" aria-label="Loading">
        <Skeleton height={36} />
      </div>
    );
  }
  if (issuers.data === undefined) {
    return (
      <ProblemNotice
        error={issuers.error}
        what="The ways to sign in could not be loaded"
        onRetry={() => void issuers.refetch()}
      />
    );
  }
  if (issuers.data.issuers.length === 0) {
    return (
      <p className="soft small">
        The operator has set up no other way to sign in: for now, only their access token opens the dashboard.
      </p>
    );
  }
  return (
    <ul className="sign-in-ways" aria-label="Ways to sign in">
      {issuers.data.issuers.map((issuer) => (
        <li key={issuer.id}>
          <a className="button button-primary" href={signInAddress(issuer.id, here)}>
            Sign in with {issuer.name}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Tries the access token before it is kept. */
function TokenForm({ store, refusal }: { store: SessionStore; refusal: string | null }) {
  const id = useId();
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const attempt = useMutation({
    mutationFn: async (candidate: string) => {
      await new Client(candidate).get('/api/me');
      return candidate;
    },
    onSuccess: (accepted) => {
      store.signIn(accepted);
    },
  });
  const refused = attempt.error instanceof ApiError && attempt.error.status === 401;
  const message = missing ? 'Enter the access token.' : refused ? REFUSED : attempt.isIdle ? refusal : null;

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const candidate = token.trim();
    setMissing(candidate === '');
    if (candidate !== '') attempt.mutate(candidate);
  };

  return (
    <section className="sign-in-token" aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>For the operator</h2>
      <form onSubmit={onSubmit} noValidate>
        <div className="field">
          <label className="field-label" htmlFor={id}>
            Access token
          </label>
          <input
            id={id}
            className="input"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            value={token}
            aria-invalid={message !== null}
            aria-describedby={message === null ? `${id}-hint` : `${id}-message ${id}-hint`}
            onChange={(event) => {
              setToken(event.target.value);
              setMissing(false);
            }}
          />
          {message === null ? null : (
            <p className="field-error" id={`${id}-message`} role="alert">
              {message}
            </p>
          )}
        </div>
        {attempt.error === null || refused ? null : (
          <ProblemNotice error={attempt.error} what="Signing in did not work" />
        )}
        <button type="submit" className="button" disabled={attempt.isPending}>
          {attempt.isPending ? 'Checking…' : 'Sign in'}
        </button>
      </form>
      <p className="soft small" id={`${id}-hint`}>
        A local stack writes it to <code>admin-token</code> in its data folder. It stays in this browser tab
        and is forgotten when the tab is closed.
      </p>
    </section>
  );
}
