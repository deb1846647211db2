/** A grey place-holder of the size of what is loading. */
export function Skeleton({ height, width = '100%' }: { height: number; width?: number | string }) {
  return <span className="skeleton" style={{ height, width }} />;
}

export function PageSkeleton() {
  return (
    <div className="skeleton-page" role="status" aria-label="Loading">
      <div className="kpis">
        {[1, 2, 3, 4, 5, 6].map((card) => (
          <div className="card kpi" key={card}>
            <Skeleton height={14} width="60%" />
            <Skeleton height={30} width="75%" />
            <Skeleton height={12} width="90%" />
          </div>
        ))}
      </div>
      <div className="charts">
        {[1, 2].map((card) => (
          <div className={card === 1 ? 'card span-2' : 'card'} key={card}>
            <Skeleton height={16} width="35%" />
            <Skeleton height={232} />
          </div>
        ))}
      </div>
    </div>
  );
}
