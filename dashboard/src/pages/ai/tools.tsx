import type { Ai } from '../../api/client.ts';
import { BarList } from '../../charts/bar-list.tsx';
import { ChartCard } from '../../components/chart-card.tsx';
import { MetricInfo, SampleSize, type DataAge, type Meta } from '../../components/metric-info.tsx';
import { count, percent } from '../../format/number.ts';

/** The tools whose hand was detected. */
export function Tools({ ai, age }: { ai: Ai; age: DataAge }) {
  const { tools } = ai;
  const { by_detection: detected } = ai.assisted_share;
  const meta: Meta = {
    ...detected,
    definition: `Merged pull requests that show a tool, and their share of all merged ones. One may show several tools, so the counts may add up to more than the ${count(detected.count)} detected. ${detected.definition}`,
  };
  const longest = Math.max(...tools.map((tool) => tool.share ?? 0), 0.01);
  return (
    <ChartCard
      className="tools"
      title="Tools detected"
      info={<MetricInfo name="Tools detected" unit="pull requests" meta={meta} age={age} />}
      summary={<SampleSize meta={meta} unit="pull request" />}
      chart={
        tools.length === 0 ? (
          <p className="soft">No tool shows in the pull requests of this range.</p>
        ) : (
          <>
            <BarList
              label="Pull requests by tool"
              items={tools.map((tool) => ({
                key: tool.tool,
                label: tool.name,
                value: tool.share === null ? '' : percent(tool.share),
                detail: count(tool.pull_requests),
                length: (tool.share ?? 0) / longest,
              }))}
            />
            <p className="chart-note soft">
              Shares are of all merged pull requests; one may show several tools.
            </p>
          </>
        )
      }
    />
  );
}
