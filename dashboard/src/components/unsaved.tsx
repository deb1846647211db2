import { useEffect, useState } from 'react';
import { guardPage } from '../address.ts';
import { Confirm } from './confirm.tsx';

/** Asks whoever would leave the page while something on it is not saved. */
export function Unsaved({ what }: { what: string }) {
  const [held, setHeld] = useState<{ go: () => void; focused: Element | null } | null>(null);
  useEffect(
    () =>
      guardPage((go) => {
        setHeld({ go, focused: document.activeElement });
      }),
    [],
  );
  if (held === null) return null;
  return (
    <Confirm
      question="Leave without saving?"
      action="Leave without saving"
      pendingAction="Leaving…"
      keep="Stay here"
      pending={false}
      onConfirm={() => {
        setHeld(null);
        held.go();
      }}
      onCancel={() => {
        setHeld(null);
        if (held.focused instanceof HTMLElement) held.focused.focus();
      }}
    >
      {what} would be lost.
    </Confirm>
  );
}
