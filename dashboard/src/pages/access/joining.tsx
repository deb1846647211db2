import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type SubmitEvent } from 'react';
import type { Client, Teams } from '../../api/client.ts';
import { teamsQuery } from '../../api/queries.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useIdentity } from '../../session/identity.ts';

type Change = { join_domains: string[] } | { join_by_github: boolean };

/** Who may come in without an invitation. */
export function Joining({ client, team }: { client: Client; team: Teams['teams'][number] }) {
  const { me } = useIdentity();
  const cache = useQueryClient();
  const id = useId();
  const [domain, setDomain] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const own = me.email?.split('@').at(-1) ?? null;

  const change = useMutation({
    mutationFn: (body: Change) =>
      client.patch('/api/teams/{team_id}', { path: { team_id: team.team_id }, body }),
    onSuccess: async (changed) => {
      const { queryKey } = teamsQuery(client);
      await cache.cancelQueries({ queryKey });
      cache.setQueryData(
        queryKey,
        (known) =>
          known && {
            teams: known.teams.map((one) => (one.team_id === changed.team_id ? changed : one)),
          },
      );
    },
  });
  const onAdd = (event: SubmitEvent) => {
    event.preventDefault();
    const added = domain.trim().replace(/^@/, '').toLowerCase();
    if (added === '') return;
    setSaid(null);
    change.mutate(
      { join_domains: [...team.join_domains.filter((one) => one !== added), added] },
      {
        onSuccess: () => {
          setDomain('');
          setSaid(`Whoever has an address at ${added} may join.`);
        },
      },
    );
  };

  return (
    <>
      <ul className="chips" aria-label="Domains whose people may join">
        {team.join_domains.map((one) => (
          <li key={one} className="chip">
            {one}
            <button
              type="button"
              className="link-button"
              aria-label={`Remove: ${one}`}
              disabled={change.isPending}
              onClick={() => {
                setSaid(null);
                change.mutate(
                  { join_domains: team.join_domains.filter((other) => other !== one) },
                  {
                    onSuccess: () => {
                      setSaid(`Addresses at ${one} let nobody in any more. Who is in already stays.`);
                      words.current?.focus();
                    },
                  },
                );
              }}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {team.join_domains.length === 0 ? (
        <p className="soft small">No domain’s people may join by themselves.</p>
      ) : null}
      <form className="access-fields" aria-label="Let a domain’s people join" noValidate onSubmit={onAdd}>
        <div className="field access-field-wide">
          <label className="field-label" htmlFor={id}>
            Domain
          </label>
          <input
            id={id}
            className="input"
            autoComplete="off"
            spellCheck={false}
            placeholder={own ?? 'example.com'}
            value={domain}
            aria-describedby={`${id}-hint`}
            onChange={(event) => {
              setDomain(event.target.value);
            }}
          />
        </div>
        <button
          type="submit"
          className="button access-submit"
          disabled={change.isPending || domain.trim() === ''}
        >
          Add
        </button>
        <p className="soft small access-hint" id={`${id}-hint`}>
          {me.kind === 'operator'
            ? 'What follows the @ of their addresses.'
            : own === null
              ? 'Your sign-in tells no address of yours: the operator can add a domain.'
              : `You can add the domain of your own address, ${own}; the operator can add others.`}
        </p>
      </form>
      <div className="access-switch">
        <label htmlFor={`${id}-github`}>People of the connected GitHub organisation</label>
        <input
          id={`${id}-github`}
          type="checkbox"
          role="switch"
          className="switch"
          checked={team.join_by_github}
          disabled={change.isPending}
          aria-describedby={`${id}-github-hint`}
          onChange={(event) => {
            const join = event.target.checked;
            setSaid(null);
            change.mutate(
              { join_by_github: join },
              {
                onSuccess: () => {
                  setSaid(
                    join
                      ? 'People of the GitHub organisation may join.'
                      : 'The GitHub organisation lets nobody in any more. Who is in already stays.',
                  );
                },
              },
            );
          }}
        />
        <p className="soft small access-hint" id={`${id}-github-hint`}>
          When they sign in with GitHub.
        </p>
      </div>
      {change.isError ? <ProblemNotice error={change.error} what="Who may join was not changed" /> : null}
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
    </>
  );
}
