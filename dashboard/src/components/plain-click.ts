import type { MouseEvent } from 'react';

/** Whether a click on a link asks for this tab: whoever wants it in another tab or window gets it there. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
