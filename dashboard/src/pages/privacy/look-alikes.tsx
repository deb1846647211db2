import { useState } from 'react';
import type { Erasure, Identities } from '../../api/client.ts';
import { accountWords } from './words.ts';

/** Accounts that may be the person's, too: ticked ones go with them once it is begun anew. */
export function LookAlikes(props: {
  erasure: Erasure;
  people: Identities['members'];
  isPending: boolean;
  onBegin: (ticked: readonly string[]) => void;
}) {
  const { erasure, people, isPending, onBegin } = props;
  const [ticked, setTicked] = useState<readonly string[]>([]);
  return (
    <fieldset className="choices">
      <legend className="field-label">Accounts that look alike: tick those that are theirs</legend>
      <div className="choices-list">
        {erasure.look_alikes.map((account) => (
          <label key={account} className="choice">
            <input
              type="checkbox"
              checked={ticked.includes(account)}
              disabled={isPending}
              onChange={(event) => {
                setTicked(
                  event.target.checked ? [...ticked, account] : ticked.filter((one) => one !== account),
                );
              }}
            />
            {accountWords(account, people)}
          </label>
        ))}
      </div>
      <p className="soft small">
        {erasure.own
          ? 'Their own request stays as it is: the ticked accounts are erased by another one, which you confirm.'
          : 'This one is cancelled, and another one begins that names the ticked accounts.'}
      </p>
      <button
        type="button"
        className="button"
        disabled={ticked.length === 0 || isPending}
        onClick={() => {
          onBegin(ticked);
        }}
      >
        {isPending
          ? 'Beginning…'
          : erasure.own
            ? 'Begin another for these accounts'
            : 'Begin anew with these accounts'}
      </button>
    </fieldset>
  );
}
