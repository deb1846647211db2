import type { MouseEvent } from 'react';
import { isPlainClick } from '../../components/plain-click.ts';
import { useIdentity } from '../../session/identity.ts';

/** The way to a file: the browser follows a link as whoever its cookie says. A token is not the browser's to send. */
export function Download(props: {
  address: string;
  label: string;
  /** Whether the way for whoever has a token is shown. */
  isShown: boolean;
  onShow: () => void;
  /** In place of the browser's following the link. */
  onFollow: () => void;
}) {
  const { address, label, isShown, onShow, onFollow } = props;
  const { me } = useIdentity();
  if (me.kind !== 'user') {
    return (
      <button
        type="button"
        className="button"
        aria-expanded={isShown}
        aria-label={`Download: ${label}`}
        onClick={onShow}
      >
        Download
      </button>
    );
  }
  const onClick = (event: MouseEvent) => {
    if (!isPlainClick(event)) return;
    // A refusal would be a page of its own: whether it is one is found out first.
    event.preventDefault();
    onFollow();
  };
  return (
    <a className="button" href={address} aria-label={`Download: ${label}`} onClick={onClick}>
      Download
    </a>
  );
}

export function OperatorsDownload({ address }: { address: string }) {
  return (
    <div className="privacy-wide panel">
      <p>
        A browser does not send your access token along with a download. Fetch the file with the token in{' '}
        <code>PLUMBLINE_TOKEN</code>:
      </p>
      <pre className="code-block">
        {`curl -fOJL ${window.location.origin}${address} \\\n  -H "Authorization: Bearer $PLUMBLINE_TOKEN"`}
      </pre>
    </div>
  );
}
