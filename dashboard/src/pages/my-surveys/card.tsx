import { useId } from 'react';
import type { Client, MySurvey, Team } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { absolute, relative } from '../../format/instant.ts';
import { QuestionPart } from './question.tsx';
import { questionsOf } from './questions.ts';

/** One pull request: what is asked, what was answered, and what came of it. */
export function SurveyCard(props: {
  client: Client;
  team: Team;
  survey: MySurvey;
  now: number;
  onAnswered: (survey: MySurvey) => Promise<void>;
  onRefused: () => Promise<void>;
}) {
  const { client, team, survey, now, onAnswered, onRefused } = props;
  const id = useId();
  const isOver = Date.parse(survey.expires_at) <= now;
  const at = (instant: string) => (
    <time dateTime={instant} title={absolute(instant, team.time_zone)}>
      {relative(instant, now)}
    </time>
  );
  return (
    <article className="card my-survey" aria-labelledby={id}>
      <header className="my-survey-head">
        <h3 id={id}>
          <a href={survey.url} target="_blank" rel="noreferrer">
            {survey.title}
          </a>
        </h3>
        <p className="soft small">
          {survey.repository} #{survey.number} ·{' '}
          {survey.role === 'author' ? 'you wrote it' : 'you reviewed it'} · merged {at(survey.merged_at)}
          {survey.open.length === 0 ? null : <> · closes {at(survey.expires_at)}</>}
        </p>
      </header>
      <div className="my-survey-questions">
        {questionsOf(survey).map((question) => (
          <QuestionPart
            key={question.name}
            client={client}
            team={team}
            survey={survey}
            question={question}
            isOver={isOver}
            onAnswered={onAnswered}
            onRefused={onRefused}
          />
        ))}
      </div>
      <Outcome survey={survey} />
    </article>
  );
}

/** What came of a guess, as far as the API tells it. */
function Outcome({ survey }: { survey: MySurvey }) {
  const { guess, guessed_right: right, truth } = survey;
  if (guess === null) return null;
  if (right === null || truth === null) {
    return (
      <p className="soft small" role="status">
        Whether your guess is right shows here as soon as it is known, if your team tells it.
      </p>
    );
  }
  return (
    <div className={right ? 'notice notice-good' : 'notice'} role="status">
      <Icon name={right ? 'check' : 'info'} />
      <p className="notice-body">
        <strong>{right ? 'You guessed right.' : 'You guessed wrong.'}</strong>{' '}
        {truth ? 'It was AI-assisted.' : 'It was not AI-assisted.'}
      </p>
    </div>
  );
}
