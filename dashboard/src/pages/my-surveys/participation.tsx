import { useMutation, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useId } from 'react';
import { membershipQuery } from '../../api/account-queries.ts';
import type { Client, MyMembership, Team } from '../../api/client.ts';
import { Loaded } from '../../components/loaded.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';

/** Whether somebody wants to be asked: their own decision. */
export function Participation(props: {
  client: Client;
  team: Team;
  membership: UseQueryResult<MyMembership>;
}) {
  const { client, team, membership } = props;
  const cache = useQueryClient();
  const id = useId();
  const change = useMutation({
    mutationFn: (surveys: boolean) =>
      client.patch('/api/teams/{team_id}/members/me', {
        path: { team_id: team.team_id },
        body: { surveys },
      }),
    onSuccess: async (answer) => {
      const { queryKey } = membershipQuery(client, team.team_id);
      await cache.cancelQueries({ queryKey });
      cache.setQueryData(queryKey, answer);
    },
  });
  return (
    <section className="card my-participation" aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>Taking part</h2>
      <Loaded query={membership} what="Whether you take part" lines={1}>
        {({ surveys, member }) => (
          <>
            <div className="my-switch">
              <label htmlFor={id}>Ask me in surveys</label>
              <input
                id={id}
                type="checkbox"
                role="switch"
                className="switch"
                checked={surveys === true}
                disabled={change.isPending}
                aria-describedby={`${id}-hint`}
                onChange={(event) => {
                  change.mutate(event.target.checked);
                }}
              />
            </div>
            <p className="soft small" id={`${id}-hint`} role="status">
              {surveys === true
                ? 'You are asked when pull requests that you wrote or reviewed are merged.'
                : 'You opted out: you are not asked, and open questions take no answer until you opt in again.'}
            </p>
            {member === null ? null : (
              <p className="soft small">
                You are known here as {member.name ?? member.id}: {member.accounts.join(', ')}.
              </p>
            )}
          </>
        )}
      </Loaded>
      {change.isError ? <ProblemNotice error={change.error} what="This was not changed" /> : null}
    </section>
  );
}
