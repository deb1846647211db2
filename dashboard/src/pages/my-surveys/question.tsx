import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import type { Client, MySurvey, Team } from '../../api/client.ts';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import type { Choice, Question } from './questions.ts';

/** A question with its answers as buttons, and afterwards with what was answered. */
export function QuestionPart(props: {
  client: Client;
  team: Team;
  survey: MySurvey;
  question: Question;
  isOver: boolean;
  onAnswered: (survey: MySurvey) => Promise<void>;
  onRefused: () => Promise<void>;
}) {
  const { client, team, survey, question, isOver, onAnswered, onRefused } = props;
  const id = useId();
  const said = useRef<HTMLParagraphElement>(null);
  const isSent = useRef(false);
  const send = useMutation({
    mutationFn: (choice: Choice) =>
      client.post('/api/teams/{team_id}/surveys', {
        path: { team_id: team.team_id },
        body: { repository_id: survey.repository_id, number: survey.number, ...choice.answer },
      }),
    onSuccess: onAnswered,
    // Answered elsewhere, or too late: what is shown is not how it stands.
    onError: onRefused,
  });
  useEffect(() => {
    // The buttons are gone, and what had the focus with them.
    if (!question.isOpen && isSent.current && document.activeElement === document.body) said.current?.focus();
  }, [question.isOpen]);

  return (
    <div className="my-question" role="group" aria-labelledby={id}>
      <p id={id} className="my-question-words">
        {question.words}
      </p>
      {question.isOpen ? (
        <>
          <div className="my-choices">
            {question.choices.map((choice) => (
              <button
                key={choice.label}
                type="button"
                className="button my-choice"
                disabled={send.isPending}
                onClick={() => {
                  isSent.current = true;
                  send.mutate(choice);
                }}
              >
                {send.isPending && send.variables.label === choice.label ? 'Sending…' : choice.label}
              </button>
            ))}
          </div>
          <p className="soft small">Your first answer is final.</p>
        </>
      ) : (
        <p ref={said} tabIndex={-1} className="my-answer">
          {question.answered !== null ? (
            <>
              You answered <strong>{question.answered}</strong>. That is final.
            </>
          ) : isOver ? (
            'You did not answer in time.'
          ) : (
            'There is nothing to answer any more.'
          )}
        </p>
      )}
      {send.isError ? <ProblemNotice error={send.error} what="Your answer does not count" /> : null}
    </div>
  );
}
