import { useMutation } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent } from 'react';
import { Client } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { Logo } from '../components/icon.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { ThemeToggle } from '../theme/theme-toggle.tsx';
import type { SessionStore } from './session.ts';

export const REFUSED =
  'The access token was refused. It may have been replaced: sign in with the current one.';

/** Asks for the access token and tries it before it is kept. */
export function SignIn({ store, notice }: { store: SessionStore; notice: string | null }) {
  const id = useId();
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const attempt = useMutation({
    mutationFn: async (candidate: string) => {
      await new Client(candidate).get('/api/teams');
      return candidate;
    },
    onSuccess: (accepted) => {
      store.signIn(accepted);
    },
  });
  const refused = attempt.error instanceof ApiError && attempt.error.status === 401;
  const message = missing ? 'Enter the access token.' : refused ? REFUSED : attempt.isIdle ? notice : null;

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const candidate = token.trim();
    setMissing(candidate === '');
    if (candidate !== '') attempt.mutate(candidate);
  };

  return (
    <div className="sign-in">
      <div className="sign-in-theme">
        <ThemeToggle />
      </div>
      <main className="card sign-in-card">
        <div className="brand">
          <Logo />
          <span>Plumbline</span>
        </div>
        <h1>Sign in</h1>
        <p className="soft">
          Use the operator’s access token. A local stack writes it to <code>admin-token</code> in its data
          folder.
        </p>
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
              aria-describedby={message === null ? undefined : `${id}-message`}
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
          <button type="submit" className="button button-primary" disabled={attempt.isPending}>
            {attempt.isPending ? 'Checking…' : 'Sign in'}
          </button>
        </form>
        <p className="soft small">The token stays in this browser tab and is forgotten when it is closed.</p>
      </main>
    </div>
  );
}
