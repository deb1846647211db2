import { useQuery } from '@tanstack/react-query';
import type { Client, Team } from '../../api/client.ts';
import { surveySettingsQuery } from '../../api/queries.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useNow } from '../../components/use-now.ts';
import { SettingsForm } from './settings-form.tsx';

/** Survey: whether, whom and how often a team's people are asked, and where the leaderboard goes. */
export function SurveysPage({ client, team }: { client: Client; team: Team }) {
  const settings = useQuery(surveySettingsQuery(client, team.team_id));
  const now = useNow(settings.dataUpdatedAt);
  return (
    <>
      <div className="page-title">
        <h1>Survey settings</h1>
        <p className="soft">
          When a pull request is merged, its people are asked in Slack whether AI helped, and how good it is.
        </p>
      </div>
      {settings.isPending ? (
        <FormSkeleton />
      ) : settings.data === undefined ? (
        <ProblemNotice
          error={settings.error}
          what="The settings could not be loaded"
          onRetry={() => void settings.refetch()}
        />
      ) : (
        <>
          {settings.isError ? (
            <ProblemNotice
              error={settings.error}
              what="The settings could not be brought up to date"
              onRetry={() => void settings.refetch()}
            />
          ) : null}
          <SettingsForm client={client} team={team} known={settings.data} now={now} />
        </>
      )}
    </>
  );
}

function FormSkeleton() {
  return (
    <div className="survey-cards" role="status" aria-label="Loading">
      {[5, 4].map((fields) => (
        <div className="card survey-card" key={fields}>
          <Skeleton height={18} width="30%" />
          {Array.from({ length: fields }, (_, field) => (
            <Skeleton key={field} height={52} />
          ))}
        </div>
      ))}
    </div>
  );
}
