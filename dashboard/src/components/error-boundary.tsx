import { Component, type ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.tsx';

/** Keeps a mistake in drawing from leaving an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <main className="page">
        <ProblemNotice
          error={this.state.error}
          what="The page could not be drawn"
          onRetry={() => {
            this.setState({ error: null });
          }}
        />
      </main>
    );
  }
}
