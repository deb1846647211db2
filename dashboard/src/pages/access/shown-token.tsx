import { useEffect, useRef, useState } from 'react';
import type { ShownToken } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';

/** A token's text, which the API tells this once. */
export function TokenText({ shown, onDone }: { shown: ShownToken; onDone: () => void }) {
  const { text, token } = shown;
  const [copied, setCopied] = useState<boolean | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    panel.current?.focus();
  }, []);
  return (
    <div
      className="panel token-text"
      role="group"
      aria-label={`The text of ${token.name}`}
      ref={panel}
      tabIndex={-1}
    >
      <div className="notice notice-warn">
        <Icon name="warning" />
        <p className="notice-body">
          This is the text of <strong>{token.name}</strong>. It is shown this once: copy it to where it is
          used, and keep it like a password. Programs send it as <code>Authorization: Bearer …</code>.
        </p>
      </div>
      <pre className="code-block">{text}</pre>
      <div className="actions">
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            navigator.clipboard.writeText(text).then(
              () => {
                setCopied(true);
              },
              () => {
                setCopied(false);
              },
            );
          }}
        >
          Copy
        </button>
        <button type="button" className="button" onClick={onDone}>
          I have it
        </button>
      </div>
      <p className={copied === false ? 'field-error' : 'said small'} role="status">
        {copied === null
          ? null
          : copied
            ? 'Copied.'
            : 'This browser does not let it be copied: select the text and copy it by hand.'}
      </p>
    </div>
  );
}
