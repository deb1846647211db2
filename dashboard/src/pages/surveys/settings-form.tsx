import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type SubmitEvent } from 'react';
import type { Client, SurveySettingsAnswer, Team } from '../../api/client.ts';
import { surveySettingsQuery } from '../../api/queries.ts';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Unsaved } from '../../components/unsaved.tsx';
import { plural } from '../../format/number.ts';
import { useMay } from '../../session/identity.ts';
import { ChoiceField, SwitchField, TextField } from './fields.tsx';
import { NextLeaderboard } from './next-leaderboard.tsx';
import { bodyOf, changed, NAMES, problemOf, valuesOf, WEEKDAYS, type Name, type Values } from './settings.ts';

/** What a team decides about its survey and its leaderboard. Nothing is sent before somebody saves it. */
export function SettingsForm(props: {
  client: Client;
  team: Team;
  known: SurveySettingsAnswer;
  now: number;
}) {
  const { client, team, known, now } = props;
  const cache = useQueryClient();
  const isReadOnly = !useMay(team)('configure');
  // Only what was edited is kept here, so that what others save meanwhile shows in the rest.
  const [edits, setEdits] = useState<Partial<Values>>({});
  const [left, setLeft] = useState<ReadonlySet<Name>>(new Set());
  const form = useRef<HTMLFormElement>(null);
  const saved = valuesOf(known.settings);
  const values: Values = { ...saved, ...edits };
  const unsaved = changed(values, saved);

  const save = useMutation({
    mutationFn: (sent: Values) =>
      client.put('/api/teams/{team_id}/survey-settings', {
        path: { team_id: team.team_id },
        body: bodyOf(sent),
      }),
    onSuccess: async (answer, sent) => {
      const { queryKey } = surveySettingsQuery(client, team.team_id);
      // A reading that was under way would bring back what was before.
      await cache.cancelQueries({ queryKey });
      cache.setQueryData(queryKey, answer);
      setEdits((current) => without(current, sent));
      setLeft(new Set());
    },
  });

  const isSaved = save.isSuccess && unsaved.length === 0;

  const control = <N extends Name>(name: N) => ({
    name,
    disabled: isReadOnly,
    value: values[name],
    unsaved: unsaved.includes(name),
    problem: left.has(name) ? problemOf(name, values) : null,
    onChange: (value: Values[N]) => {
      // One that is on its way still says what comes of it.
      if (!save.isPending) save.reset();
      setEdits({ ...edits, [name]: value });
    },
    onLeave: () => {
      setLeft(new Set(left).add(name));
    },
  });

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = NAMES.find((name) => problemOf(name, values) !== null);
    if (wrong === undefined) {
      save.mutate(values);
      return;
    }
    setLeft(new Set(NAMES));
    form.current?.querySelector<HTMLInputElement>(`[name="${wrong}"]`)?.focus();
  };

  return (
    <form ref={form} className="survey-form" aria-label="Survey settings" noValidate onSubmit={onSubmit}>
      {isReadOnly ? (
        <div className="notice">
          <Icon name="info" />
          <p className="notice-body">
            You can read these settings. To change them takes an admin of the team.
          </p>
        </div>
      ) : null}
      <div className="survey-cards">
        <section className="card survey-card" aria-labelledby="survey-asking">
          <h2 id="survey-asking">Questions</h2>
          <SwitchField
            {...control('surveys')}
            label="Surveys"
            hint="After each merge the author is asked whether AI helped, and the reviewers how good the pull request is and what they guess. Off: nobody is asked; answers so far stay."
          />
          <SwitchField
            {...control('reveals')}
            label="Reveals"
            hint="Reviewers learn whether they guessed right as soon as the truth is known, and how often they were right so far. Off: they are not told."
          />
          <TextField
            {...control('samplingRate')}
            label="Sampling rate"
            suffix="%"
            inputMode="decimal"
            hint="How many of the merged pull requests are surveyed. 100 asks about every one; fewer mean fewer messages, but less certain numbers."
          />
          <TextField
            {...control('controlRate')}
            label="Control rate"
            suffix="%"
            inputMode="decimal"
            hint="Where AI is detected, the author need not answer. In this share of surveys, drawn at random, authors are asked all the same: their answers show how good the detection is."
          />
          <TextField
            {...control('dailyCap')}
            label="Daily cap"
            suffix="surveys"
            inputMode="numeric"
            placeholder="no limit"
            hint="The most surveys in which one person is asked on one day. Empty: no limit."
          />
        </section>
        <section className="card survey-card" aria-labelledby="survey-leaderboard">
          <h2 id="survey-leaderboard">Leaderboard</h2>
          <p className="soft small">
            Once a week a Slack channel sees who guessed best from Monday to Sunday of the week before, and
            the team’s numbers.
          </p>
          <NextLeaderboard
            at={known.next_leaderboard_at}
            channel={known.settings.leaderboard_channel}
            timeZone={team.time_zone}
            now={now}
            edited={unsaved.some((name) => name === 'weekday' || name === 'time' || name === 'channel')}
          />
          <ChoiceField
            {...control('weekday')}
            label="Weekday"
            options={WEEKDAYS.map(({ day, name }) => ({ value: day, name }))}
            hint="The day on which it is posted."
          />
          <TextField
            {...control('time')}
            label="Time"
            type="time"
            hint={`The time of day, as clocks have it in the team’s time zone, ${team.time_zone}.`}
          />
          <TextField
            {...control('channel')}
            label="Channel id"
            placeholder="C0123ABCD"
            wide
            hint={
              values.channel.trim() === ''
                ? 'Without a channel the leaderboard is not posted. Slack shows the id at the end of a channel’s details; invite the app there.'
                : 'Slack shows it at the end of the channel’s details. The app has to be invited to the channel.'
            }
          />
        </section>
      </div>
      {save.isError ? (
        <ProblemNotice error={save.error} what="The settings were not saved; your changes are still here" />
      ) : null}
      {unsaved.length === 0 ? null : <Unsaved what={plural(unsaved.length, 'unsaved change')} />}
      {isReadOnly ? null : (
        <div className={unsaved.length === 0 ? 'save-bar' : 'save-bar save-bar-unsaved'}>
          <p className={isSaved ? 'save-said save-said-good' : 'save-said'} role="status">
            {isSaved
              ? 'Saved'
              : unsaved.length === 0
                ? 'No unsaved changes'
                : plural(unsaved.length, 'unsaved change')}
          </p>
          {unsaved.length === 0 ? null : (
            <button
              type="button"
              className="button"
              disabled={save.isPending}
              onClick={() => {
                save.reset();
                setEdits({});
                setLeft(new Set());
              }}
            >
              Discard
            </button>
          )}
          <button
            type="submit"
            className="button button-primary"
            disabled={save.isPending || unsaved.length === 0}
          >
            {save.isPending ? 'Saving…' : 'Save'}
          </button>
        </div>
      )}
    </form>
  );
}

/** The edits that were not sent: what was changed while saving stays unsaved. */
function without(edits: Partial<Values>, sent: Values): Partial<Values> {
  return Object.fromEntries(
    NAMES.filter((name) => name in edits && edits[name] !== sent[name]).map((name) => [name, edits[name]]),
  );
}
