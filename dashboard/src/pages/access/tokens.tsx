import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { tokensQuery } from '../../api/account-queries.ts';
import type { ApiToken, Client, ShownToken, Team, User } from '../../api/client.ts';
import { NewTokenForm } from './new-token.tsx';
import { TokenText } from './shown-token.tsx';
import { TokenRow } from './token-row.tsx';
import { userName } from './words.ts';

export function Tokens(props: {
  client: Client;
  team: Team;
  tokens: readonly ApiToken[];
  users: readonly User[];
  now: number;
}) {
  const { client, team, tokens, users, now } = props;
  const cache = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  // Here and nowhere else, so that nothing shows it again.
  const [shown, setShown] = useState<ShownToken | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const refresh = () => cache.invalidateQueries({ queryKey: tokensQuery(client, team.team_id).queryKey });
  const show = (token: ShownToken) => {
    setSaid(null);
    setShown(token);
    return refresh();
  };
  const madeBy = (token: ApiToken) => {
    if (token.made_by === null) return 'the operator';
    const user = users.find((candidate) => candidate.id === token.made_by);
    return user === undefined ? 'somebody who left the team' : userName(user);
  };
  return (
    <>
      {shown === null ? null : (
        <TokenText
          key={shown.text}
          shown={shown}
          onDone={() => {
            setShown(null);
            words.current?.focus();
          }}
        />
      )}
      {tokens.length === 0 ? (
        <p className="soft small">There are no tokens.</p>
      ) : (
        <ul className="access-rows" aria-label="API tokens">
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              client={client}
              team={team}
              token={token}
              madeBy={madeBy(token)}
              now={now}
              onRotated={show}
              onRevoked={() => {
                setSaid(`${token.name} works no more.`);
                setShown((current) => (current?.token.id === token.id ? null : current));
                words.current?.focus();
                return refresh();
              }}
            />
          ))}
        </ul>
      )}
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
      <NewTokenForm client={client} team={team} onMade={show} />
    </>
  );
}
