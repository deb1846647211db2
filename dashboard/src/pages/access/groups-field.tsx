import type { Group } from '../../api/client.ts';

/** Which groups somebody leads. */
export function GroupsField(props: {
  legend: string;
  groups: readonly Group[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const { legend, groups, chosen, onChange } = props;
  // One that is gone at the vendor can still be taken away.
  const gone = chosen.filter((id) => !groups.some((group) => group.id === id));
  const choices = [
    ...groups.map((group) => ({ id: group.id, name: `${group.name} (${group.members})` })),
    ...gone.map((id) => ({ id, name: `${id} (gone)` })),
  ];
  return (
    <fieldset className="choices">
      <legend className="field-label">{legend}</legend>
      {choices.length === 0 ? (
        <p className="soft small">No groups are known: they come from the code host’s teams with a sync.</p>
      ) : (
        <div className="choices-list">
          {choices.map((choice) => (
            <label key={choice.id} className="choice">
              <input
                type="checkbox"
                checked={chosen.includes(choice.id)}
                onChange={(event) => {
                  onChange(
                    event.target.checked ? [...chosen, choice.id] : chosen.filter((id) => id !== choice.id),
                  );
                }}
              />
              {choice.name}
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
