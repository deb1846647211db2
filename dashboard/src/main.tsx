import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { SessionStore, storageOrNull, tokenFromFragment } from './session/session.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/controls.css';
import './components/components.css';
import './session/session.css';
import './charts/charts.css';
// Last: it arranges what the others draw.
import './metrics/metrics.css';
import './pages/ai/ai.css';
import './pages/surveys/surveys.css';
import './pages/connections/connections.css';
import './pages/access/access.css';
import './pages/audit/audit.css';
import './pages/my-surveys/my-surveys.css';
import './pages/privacy/privacy.css';
import { applyTheme } from './theme/theme.ts';

applyTheme();

const store = new SessionStore(storageOrNull(() => window.sessionStorage));

/** Takes the token out of an address like `/#token=...`, also when it is pasted into a tab that is already open. */
function takeToken(): void {
  const found = tokenFromFragment(new URL(window.location.href));
  if (found === null) return;
  window.history.replaceState(null, '', found.rest);
  store.signIn(found.token);
}

takeToken();
window.addEventListener('hashchange', takeToken);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <App store={store} />
    </ErrorBoundary>
  </StrictMode>,
);
