import type { MyAnswer, MySurvey } from '../../api/client.ts';

type Answered = Pick<MyAnswer, 'assisted' | 'quality' | 'guess'>;

export interface Choice {
  label: string;
  answer: Answered;
}

/** A question as somebody is asked it; each is answered on its own. */
export interface Question {
  name: 'assisted' | 'quality' | 'guess';
  words: string;
  choices: readonly Choice[];
  /** What was answered; null while nothing was. */
  answered: string | null;
  isOpen: boolean;
}

const QUALITIES = ['Could be better', 'OK', 'Super'] as const;

const yesOrNo = (value: boolean | null) => (value === null ? null : value ? 'Yes' : 'No');

/** What its author is asked, or its reviewers. */
export function questionsOf(survey: MySurvey): Question[] {
  const isOpen = (name: Question['name']) => survey.open.includes(name);
  if (survey.role === 'author') {
    return [
      {
        name: 'assisted',
        words: 'Was it AI-assisted?',
        choices: [
          { label: 'Yes', answer: { assisted: true } },
          { label: 'No', answer: { assisted: false } },
        ],
        answered: yesOrNo(survey.assisted),
        isOpen: isOpen('assisted'),
      },
    ];
  }
  return [
    {
      name: 'quality',
      words: 'How good is it?',
      choices: QUALITIES.map((label, index) => ({ label, answer: { quality: index + 1 } })),
      answered: survey.quality === null ? null : (QUALITIES[survey.quality - 1] ?? String(survey.quality)),
      isOpen: isOpen('quality'),
    },
    {
      name: 'guess',
      words: 'Your guess: was it AI-assisted?',
      choices: [
        { label: 'Yes', answer: { guess: true } },
        { label: 'No', answer: { guess: false } },
      ],
      answered: yesOrNo(survey.guess),
      isOpen: isOpen('guess'),
    },
  ];
}
