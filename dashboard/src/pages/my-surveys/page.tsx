import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { membershipQuery, mySurveysQuery } from '../../api/account-queries.ts';
import type { Client, MySurvey, MySurveys, Team } from '../../api/client.ts';
import { ApiError, kindOf } from '../../api/problem.ts';
import { Empty } from '../../components/empty.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { useNow } from '../../components/use-now.ts';
import { plural } from '../../format/number.ts';
import { useIdentity } from '../../session/identity.ts';
import { SurveyCard } from './card.tsx';
import { Participation } from './participation.tsx';
import { Statistics } from './statistics.tsx';

/** My surveys: what whoever signed in is asked about merged pull requests, and how they guess. */
export function MySurveysPage({ client, team }: { client: Client; team: Team }) {
  const surveys = useQuery(mySurveysQuery(client, team.team_id));
  const membership = useQuery(membershipQuery(client, team.team_id));
  const now = useNow(surveys.dataUpdatedAt);
  const isNoMember = kindOf(surveys.error) === 'not-a-member' || membership.data?.member === null;
  return (
    <>
      <div className="page-title">
        <h1>My surveys</h1>
        <p className="soft">
          What you are asked about pull requests of the last seven days, here or in Slack: once answered is
          answered.
        </p>
      </div>
      {isNoMember ? (
        <NotAMember error={surveys.error} team={team} />
      ) : (
        <Loaded query={surveys} what="Your surveys" lines={4}>
          {(answer) => (
            <div className="my-surveys-page">
              <div className="my-surveys-main">
                <Surveys client={client} team={team} answer={answer} now={now} />
              </div>
              <div className="my-surveys-side">
                <Statistics stats={answer.stats} />
                <Participation client={client} team={team} membership={membership} />
              </div>
            </div>
          )}
        </Loaded>
      )}
    </>
  );
}

function NotAMember({ error, team }: { error: unknown; team: Team }) {
  const { me } = useIdentity();
  return (
    <Empty title="Plumbline does not know yet which of the team’s people you are">
      <p>
        {error instanceof ApiError && error.detail !== null
          ? error.detail
          : 'No account of yours was found at the team’s vendors. An admin can say which member you are.'}
      </p>
      <p className="soft">
        You are signed in{me.email === null ? '' : ` as ${me.email}`}. As soon as {team.name} knows an account
        of yours, you are asked about the pull requests that you write and review.
      </p>
    </Empty>
  );
}

function keyOf(survey: MySurvey): string {
  return `${survey.provider} ${survey.repository_id} ${survey.number}`;
}

function Surveys(props: { client: Client; team: Team; answer: MySurveys; now: number }) {
  const { client, team, answer, now } = props;
  const cache = useQueryClient();
  // What is answered now stays where it is, with what comes of it, until the page is left.
  const [here, setHere] = useState<ReadonlySet<string>>(new Set());
  const isOpen = (survey: MySurvey) => survey.open.length > 0;
  const first = answer.surveys.filter((survey) => isOpen(survey) || here.has(keyOf(survey)));
  const rest = answer.surveys.filter((survey) => !first.includes(survey));
  const open = answer.surveys.filter(isOpen).length;

  const { queryKey } = mySurveysQuery(client, team.team_id);
  const onAnswered = async (answered: MySurvey) => {
    setHere((known) => new Set(known).add(keyOf(answered)));
    await cache.cancelQueries({ queryKey });
    cache.setQueryData(
      queryKey,
      (known) =>
        known && {
          ...known,
          surveys: known.surveys.map((one) => (keyOf(one) === keyOf(answered) ? answered : one)),
        },
    );
    // The statistics have changed, too.
    await cache.invalidateQueries({ queryKey });
  };
  const onRefused = (refused: MySurvey) => {
    setHere((known) => new Set(known).add(keyOf(refused)));
    return cache.invalidateQueries({ queryKey });
  };
  const card = (survey: MySurvey) => (
    <SurveyCard
      key={keyOf(survey)}
      client={client}
      team={team}
      survey={survey}
      now={now}
      onAnswered={onAnswered}
      onRefused={() => onRefused(survey)}
    />
  );

  if (answer.surveys.length === 0) {
    return (
      <Empty title="You are not asked anything">
        <p>
          No pull request that you wrote or reviewed was surveyed in the last seven days. When one is merged,
          its questions appear here, and in Slack if your team uses it.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <section className="my-surveys" aria-labelledby="my-surveys-open">
        <h2 id="my-surveys-open">To answer</h2>
        <p className="soft small" role="status">
          {open === 0
            ? 'Nothing is open. Thank you!'
            : `${plural(open, 'pull request')} with open questions.`}
        </p>
        {first.map(card)}
      </section>
      {rest.length === 0 ? null : (
        <section className="my-surveys" aria-labelledby="my-surveys-rest">
          <h2 id="my-surveys-rest">Answered, or too late</h2>
          {rest.map(card)}
        </section>
      )}
    </>
  );
}
