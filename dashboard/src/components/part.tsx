import { useId, type ReactNode } from 'react';

/** A part of a page of several, under its heading, with what it is for. */
export function Part(props: { title: string; intro: string; children: ReactNode }) {
  const { title, intro, children } = props;
  const id = useId();
  return (
    <section className="card part" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p className="soft small">{intro}</p>
      </div>
      {children}
    </section>
  );
}
