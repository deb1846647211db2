import type { Team } from '../api/client.ts';
import { roleWords } from '../api/may.ts';
import type { Page } from '../pages/pages.ts';
import { useIdentity } from '../session/identity.ts';
import { Empty } from './empty.tsx';

/** In place of a page that somebody may not see, but has the address of. */
export function Refused({ page, team }: { page: Page; team: Team }) {
  const { me } = useIdentity();
  return (
    <>
      <h1>{page.heading}</h1>
      <Empty title="This page is not open to you">
        <p>{words(page.needs, team.name)}</p>
        <p className="soft">
          {me.kind === 'user'
            ? `You are ${article(roleWords(me, team))} in ${team.name}. An admin of the team can change that.`
            : me.kind === 'token'
              ? `You are in with the API token “${me.name ?? ''}”, which may be used for: ${team.scopes.join(', ')}.`
              : 'You are in with the operator’s access token, which is nobody’s in the team.'}
        </p>
      </Empty>
    </>
  );
}

function article(role: string): string {
  return `${/^[AEIOU]/.test(role) ? 'an' : 'a'} ${role.toLowerCase()}`;
}

function words(needs: Page['needs'], team: string): string {
  switch (needs) {
    case 'see':
      return `The numbers of ${team} are for its people.`;
    case 'answer':
      return 'Surveys are answered by the people who are asked: sign in as one of them.';
    case 'configure':
      return `What ${team} is read from is for the team’s admins.`;
    case 'users':
      return `Who may enter ${team}, and with which tokens, is for the team’s admins.`;
    case 'export':
      return `What ${team} keeps of people is for themselves and its admins: sign in as one of them.`;
    case 'audit':
      return `Who did and saw what in ${team} is for the team’s admins.`;
  }
}
