import type { Ai } from '../../api/client.ts';
import { ChartCard } from '../../components/chart-card.tsx';
import { MetricInfo, SampleSize, type DataAge, type Meta } from '../../components/metric-info.tsx';
import { NoValue } from '../../components/value.tsx';
import { count, percent, plural } from '../../format/number.ts';
import { notAsked } from './data.ts';

type Surveys = Ai['surveys'];

/** How far the survey reached: who was asked, who answered, and whom it missed. */
export function SurveyReach({ surveys, age }: { surveys: Surveys; age: DataAge }) {
  const meta: Meta = {
    n: surveys.surveys,
    definition:
      'Surveys of pull requests merged in the range, and the people in them. Somebody who is in several surveys counts in each.',
    exclusions: [],
  };
  const answers = [
    ['Authors: was AI used?', surveys.authors_asked, surveys.authors_answered],
    ['Reviewers: their guess', surveys.reviewers_asked, surveys.reviewers_guessed],
    ['Reviewers: the quality', surveys.reviewers_asked, surveys.reviewers_rated],
  ] as const;
  const people = [
    ['Asked', surveys.asked, 'People asked in Slack or on the web, in all surveys together.'],
    [
      'Unreachable',
      surveys.unreachable,
      'Not to be reached in Slack. Known members may answer on the web instead, and then count as asked, too.',
    ],
    ['Opted out', surveys.opted_out, 'Do not want to be asked.'],
    ['Over the daily cap', surveys.over_cap, 'Had been asked often enough that day.'],
    [
      'Unknown',
      surveys.unknown,
      'Messages of which nobody knows whether Slack took them. They are never sent twice, and may still be answered on the web.',
    ],
  ] as const;
  return (
    <ChartCard
      className="span-2"
      title="How far the survey reached"
      info={<MetricInfo name="How far the survey reached" unit="surveys" meta={meta} age={age} />}
      summary={<SampleSize meta={meta} unit="survey" />}
      chart={
        surveys.surveys === 0 ? (
          <p className="soft">Nobody was asked about the pull requests of this range.</p>
        ) : (
          <>
            <table className="table reach-table">
              <thead>
                <tr>
                  <th scope="col">Question</th>
                  <th scope="col">Asked</th>
                  <th scope="col">Answered</th>
                  <th scope="col">Share</th>
                </tr>
              </thead>
              <tbody>
                {answers.map(([question, asked, answered]) => (
                  <tr key={question}>
                    <th scope="row">{question}</th>
                    <td>{count(asked)}</td>
                    <td>{count(answered)}</td>
                    <td>{asked === 0 ? <NoValue /> : percent(answered / asked)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <dl className="reach">
              {people.map(([name, number, meaning]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd className="reach-count">{count(number)}</dd>
                  <dd className="reach-meaning soft">{meaning}</dd>
                </div>
              ))}
            </dl>
          </>
        )
      }
    />
  );
}

/** Merged pull requests that nobody was asked about, and why. */
export function NotAsked(props: { surveys: Surveys; age: DataAge; filtered: boolean }) {
  const { surveys, age, filtered } = props;
  const reasons = notAsked(surveys);
  const total = reasons.reduce((sum, { count: number }) => sum + number, 0);
  const meta: Meta = {
    n: total,
    definition:
      'Merged pull requests of the range without a survey, by the reason, bots’ included. They are those of the whole team: the filters do not narrow them.',
    exclusions: [],
  };
  return (
    <ChartCard
      title="Not surveyed"
      info={<MetricInfo name="Not surveyed" unit="pull requests" meta={meta} age={age} />}
      summary={<span className="sample">{plural(total, 'pull request')}</span>}
      chart={
        <>
          {reasons.length === 0 ? (
            <p className="soft">None that the survey knows of.</p>
          ) : (
            <ul className="bots">
              {reasons.map(({ reason, words, count: number }) => (
                <li key={reason}>
                  <span>{words}</span>
                  <span className="bot-count">{count(number)}</span>
                </li>
              ))}
            </ul>
          )}
          {filtered ? (
            <p className="chart-note soft">Of the whole team: the filters do not narrow these.</p>
          ) : null}
        </>
      }
    />
  );
}
