import type { ReactNode } from 'react';
import type { MySurveys } from '../../api/client.ts';
import { count, percent, rating } from '../../format/number.ts';

/** How somebody has answered and guessed so far. */
export function Statistics({ stats }: { stats: MySurveys['stats'] }) {
  const { correct, resolved } = stats.accuracy;
  return (
    <section className="card my-stats" aria-labelledby="my-stats">
      <h2 id="my-stats">Your guesses</h2>
      {resolved === 0 ? (
        <p className="soft">
          {stats.guesses === 0
            ? 'You have not guessed yet.'
            : 'Of none of your guesses the truth is known yet.'}
        </p>
      ) : (
        <p>
          <span className="kpi-value">{percent(correct / resolved)}</span>{' '}
          <span className="soft">
            right: {count(correct)} of {count(resolved)} of which the truth is known
          </span>
        </p>
      )}
      <dl className="my-facts small">
        <Fact name="Guesses">{count(stats.guesses)}</Fact>
        <Fact name="Ratings">
          {count(stats.rated)}
          {stats.mean_quality === null ? '' : `, ${rating(stats.mean_quality)} of 3 on average`}
        </Fact>
        <Fact name="Asked as a reviewer">{count(stats.reviews_asked)}</Fact>
        <Fact name="Your own, surveyed">
          {count(stats.authored)}
          {stats.authored_known === 0
            ? ''
            : `, ${count(stats.authored_assisted)} of ${count(stats.authored_known)} AI-assisted`}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
