import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Client, Erasure, Team } from '../../api/client.ts';
import { isToCome, myErasureQuery } from '../../api/privacy-queries.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Part } from '../../components/part.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { useNow } from '../../components/use-now.ts';
import { Instant } from '../../components/value.tsx';
import { erasurePill } from './words.ts';

/** What somebody can do to be forgotten by a team. */
export function MyErasure({ client, team }: { client: Client; team: Team }) {
  const query = useQuery(myErasureQuery(client, team.team_id));
  const now = useNow(query.dataUpdatedAt);
  const cache = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  const words = useRef<HTMLParagraphElement>(null);
  const { queryKey } = myErasureQuery(client, team.team_id);
  const keep = async (erasure: Erasure | null, what: string) => {
    await cache.cancelQueries({ queryKey });
    cache.setQueryData(queryKey, erasure);
    setSaid(what);
    // What had the focus is gone.
    words.current?.focus();
  };
  return (
    <Part title="My erasure" intro={`Leave ${team.name} without your name staying behind.`}>
      <div className="privacy-words">
        <p>
          Your name, addresses and accounts are removed, and you are signed out. Rows about your work stay
          under a pseudonym that tells nobody who you were, so that the team’s numbers stay right.
        </p>
        <p>
          An admin confirms it; if nobody does, it is done 30 days after you asked. Until then you can take it
          back. Once it is done, nobody can undo it.
        </p>
      </div>
      <Loaded query={query} what="Your request" lines={1}>
        {(erasure) =>
          erasure === null ? (
            <Ask
              client={client}
              team={team}
              onBegin={() => {
                setSaid(null);
              }}
              onAsked={(asked) => keep(asked, 'You have asked for your erasure.')}
            />
          ) : (
            <Asked
              client={client}
              team={team}
              erasure={erasure}
              now={now}
              onTakenBack={() => keep(null, 'It is taken back: nothing of yours is erased.')}
              onRefused={() => cache.invalidateQueries({ queryKey })}
            />
          )
        }
      </Loaded>
      <p className="said small" role="status" ref={words} tabIndex={-1}>
        {said}
      </p>
    </Part>
  );
}

function Ask(props: {
  client: Client;
  team: Team;
  onBegin: () => void;
  onAsked: (erasure: Erasure) => Promise<void>;
}) {
  const { client, team, onBegin, onAsked } = props;
  const [isAsking, setAsking] = useState(false);
  const ask = useMutation({
    mutationFn: () =>
      client.post('/api/teams/{team_id}/members/me/erasure', { path: { team_id: team.team_id } }),
    onSuccess: onAsked,
  });
  return (
    <>
      <div>
        <button
          type="button"
          className="button"
          aria-expanded={isAsking}
          disabled={ask.isPending}
          onClick={() => {
            onBegin();
            ask.reset();
            setAsking(!isAsking);
          }}
        >
          Ask for my erasure
        </button>
      </div>
      {isAsking ? (
        <Confirm
          question={`Be erased from ${team.name}?`}
          action="Yes, ask for it"
          pendingAction="Asking…"
          keep="Keep my data"
          pending={ask.isPending}
          onConfirm={() => {
            ask.mutate();
          }}
          onCancel={() => {
            ask.reset();
            setAsking(false);
          }}
        >
          The team’s admins see your request. Export your data before, if you want to keep it.
        </Confirm>
      ) : null}
      {ask.isError ? <ProblemNotice error={ask.error} what="Your erasure was not asked for" /> : null}
    </>
  );
}

function Asked(props: {
  client: Client;
  team: Team;
  erasure: Erasure;
  now: number;
  onTakenBack: () => Promise<void>;
  onRefused: () => Promise<void>;
}) {
  const { client, team, erasure, now, onTakenBack, onRefused } = props;
  const { text, tone } = erasurePill(erasure.status);
  const takeBack = useMutation({
    mutationFn: () =>
      client.delete('/api/teams/{team_id}/members/me/erasure', { path: { team_id: team.team_id } }),
    onSuccess: onTakenBack,
    // An admin may have confirmed it meanwhile.
    onError: onRefused,
  });
  return (
    <>
      <div className="privacy-state">
        <p>
          <span className={`pill pill-${tone}`}>{text}</span>{' '}
          <State erasure={erasure} team={team} now={now} />
        </p>
        <p className="soft small">
          Asked for <Instant at={erasure.asked_at} timeZone={team.time_zone} now={now} />
        </p>
      </div>
      {isToCome(erasure) ? (
        <div>
          <button
            type="button"
            className="button"
            disabled={takeBack.isPending}
            onClick={() => {
              takeBack.mutate();
            }}
          >
            {takeBack.isPending ? 'Taking it back…' : 'Take it back'}
          </button>
        </div>
      ) : null}
      {takeBack.isError ? <ProblemNotice error={takeBack.error} what="It was not taken back" /> : null}
    </>
  );
}

function State({ erasure, team, now }: { erasure: Erasure; team: Team; now: number }) {
  switch (erasure.status) {
    case 'looking':
      return 'Plumbline is looking for what names you. Nothing is changed by that.';
    case 'confirming':
      return erasure.due_at === null ? (
        'It waits for an admin to confirm it.'
      ) : (
        <>
          It is done <Instant at={erasure.due_at} timeZone={team.time_zone} now={now} />, or before, when an
          admin confirms it.
        </>
      );
    case 'erasing':
      return 'You are being erased. It takes some minutes and cannot be taken back any more.';
    case 'done':
      return 'You are erased.';
    case 'failed':
      return erasure.error ?? 'It failed. Ask an admin of the team.';
    case 'cancelled':
      return 'It was taken back.';
  }
}
