import { useEffect, useId, useRef, type ReactNode } from 'react';

/** Asks before something is done that takes effort to undo. */
export function Confirm(props: {
  question: string;
  /** What happens then. */
  children: ReactNode;
  action: string;
  pendingAction: string;
  keep: string;
  pending: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const { question, children, action, pendingAction, keep, pending, onConfirm, onCancel } = props;
  const id = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    cancel.current?.focus();
  }, []);
  return (
    <div className="panel" role="group" aria-labelledby={id}>
      <p>
        <strong id={id}>{question}</strong> {children}
      </p>
      <div className="actions">
        <button type="button" className="button button-danger" disabled={pending} onClick={onConfirm}>
          {pending ? pendingAction : action}
        </button>
        <button type="button" className="button" ref={cancel} disabled={pending} onClick={onCancel}>
          {keep}
        </button>
      </div>
    </div>
  );
}
