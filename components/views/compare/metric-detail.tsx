'use client'

import type { ReactNode } from 'react'
import type { CompareMetric, LevelsResult } from '@/lib/contracts/compare'
import { formatCount, formatMetric, plural } from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { formatDifference, formatInterval, pText, reasonText, strengthOf } from './format'
import classes from './compare.module.css'

type Test =
  | ({ ok: true; p: number; pHolm: number } & Record<string, unknown>)
  | { ok: false; reason: string }

function Line({ name, tip, children }: { name: string; tip: string; children: ReactNode }) {
  return (
    <tr>
      <th scope="row">
        <Term tip={tip}>{name}</Term>
      </th>
      <td>{children}</td>
    </tr>
  )
}

function TestLine({
  name,
  tip,
  test,
  children,
}: {
  name: string
  tip: string
  test: Test
  children?: ReactNode
}) {
  return (
    <Line name={name} tip={tip}>
      {test.ok ? (
        <>
          {children}
          {pText(test.p)}, <span className="ev-dim">Holm {pText(test.pHolm)}</span>
        </>
      ) : (
        <span className="ev-dim">none: {reasonText(test.reason)}</span>
      )}
    </Line>
  )
}

function PairedTests({ metric }: { metric: CompareMetric }) {
  const paired = metric.paired
  if (!paired) return null
  const { wilcoxon, sign, cliff } = paired
  return (
    <>
      <Line name="Median difference" tip="Median over pairs of A minus B.">
        {formatDifference(paired.medianDifference)}
      </Line>
      {metric.levelTests ? null : (
        <>
          <TestLine
            name="Wilcoxon signed-rank test"
            tip="One mean difference a seed, or other unit. Two-sided, zeros excluded, mid-ranks, normal approximation with tie correction. Effect is (W+ − W−) / (W+ + W−)."
            test={wilcoxon}
          >
            {wilcoxon.ok
              ? `effect ${formatDifference(wilcoxon.effect)}, z ${formatMetric(wilcoxon.z)}, `
              : null}
          </TestLine>
          <TestLine
            name="Sign test"
            tip="Exact binomial test on the seeds, or other units, whose mean difference is not zero. Dominance is (n+ − n−) / n."
            test={sign}
          >
            {sign.ok
              ? `${formatCount(sign.nPlus)} of ${formatCount(sign.nPlus + sign.nMinus)} for A, dominance ${formatDifference(sign.dominance)}, `
              : null}
          </TestLine>
        </>
      )}
      <Line
        name="Cliff's delta"
        tip="Probability that a row of A is higher than a row of B, minus the reverse, over all rows and not only pairs of the same seed."
      >
        {cliff.ok ? (
          <>
            {formatDifference(cliff.delta)}{' '}
            <span className="ev-dim">({strengthOf(cliff.delta)})</span>
          </>
        ) : (
          <span className="ev-dim">none: {reasonText(cliff.reason)}</span>
        )}
      </Line>
    </>
  )
}

// The test needs changes into and out of every level that occurs; otherwise its equations have no solution.
const SPARSE = 'too few pairs change level for this test'

function LevelTests({ levels }: { levels: LevelsResult }) {
  const { trend, homogeneity, mcnemar } = levels
  return (
    <>
      {levels.names.length > 2 ? (
        <>
          <TestLine
            name="Ordered trend"
            tip="Whether levels shift to one side; pairs of a seed are one unit."
            test={trend}
          >
            {trend.ok
              ? `mean shift ${formatDifference(trend.meanShift)} levels, z ${formatMetric(trend.z)}, `
              : null}
          </TestLine>
          <TestLine
            name="Stuart-Maxwell"
            tip="Whether the two distributions of levels differ at all, in any direction."
            test={homogeneity.ok ? homogeneity : { ok: false, reason: SPARSE }}
          >
            {homogeneity.ok ? `χ² ${formatMetric(homogeneity.chi2)}, ${homogeneity.df} df, ` : null}
          </TestLine>
        </>
      ) : null}
      <TestLine
        name={`McNemar, ${levels.names.length > 2 ? `${mcnemar.threshold} or above` : mcnemar.threshold}`}
        tip="Exact binomial test on the seeds in which one side reaches the level more often; with one pair a seed, on the pairs in which only one side does."
        test={mcnemar.test}
      >
        {`${formatCount(mcnemar.onlyA)} only A, ${formatCount(mcnemar.onlyB)} only B, `}
        {mcnemar.test.ok && mcnemar.test.oddsRatio !== null
          ? `odds ratio ${formatMetric(mcnemar.test.oddsRatio)}, `
          : null}
      </TestLine>
    </>
  )
}

function UnpairedTests({ metric }: { metric: CompareMetric }) {
  const unpaired = metric.unpaired
  if (!unpaired) return null
  const { difference, mannWhitney, ks, levels } = unpaired
  return (
    <>
      <Line
        name="Mean difference (unpaired)"
        tip="Mean of A minus mean of B with a normal 95 % interval; standard errors count a unit once."
      >
        {difference.ok
          ? `${formatDifference(difference.estimate)}, ${formatInterval(difference.low, difference.high)}`
          : reasonText(difference.reason)}
        {metric.unitName === 'seed'
          ? null
          : ` · ${plural(unpaired.unitsA, metric.unitName)} of A, ${formatCount(unpaired.unitsB)} of B`}
      </Line>
      <TestLine
        name="Mann-Whitney (unpaired)"
        tip="Ranks of both sets together, tie-corrected normal approximation with continuity correction."
        test={mannWhitney}
      >
        {mannWhitney.ok ? `Cliff's delta ${formatDifference(mannWhitney.delta)}, ` : null}
      </TestLine>
      <TestLine
        name="Kolmogorov-Smirnov (unpaired)"
        tip="Largest distance between the two cumulative distributions; asymptotic p."
        test={ks}
      >
        {ks.ok ? `D ${formatMetric(ks.d)}, ` : null}
      </TestLine>
      {levels ? (
        <TestLine
          name="Chi-square of levels (unpaired)"
          tip="Counts per level, no continuity correction; levels that are empty on both sides are excluded."
          test={levels.chiSquare}
        >
          {levels.chiSquare.ok
            ? `χ² ${formatMetric(levels.chiSquare.chi2)}, Cramér's V ${formatMetric(levels.chiSquare.cramersV)}, total variation ${formatMetric(levels.totalVariation)}, `
            : null}
        </TestLine>
      ) : null}
    </>
  )
}

/** All tests of the chosen metric with their effect sizes. */
export function MetricTests({ metric }: { metric: CompareMetric }) {
  return (
    <table className={`ev-table ${classes.tests}`}>
      <caption className={classes.caption}>
        <strong>{metric.label}</strong>
        <span className="ev-dim">
          {metric.unpaired
            ? ' · rows cannot be paired by seed, so these tests are unpaired'
            : ` · ${formatCount(metric.paired?.n ?? 0)} pairs, ${formatCount(metric.pairsWithoutValue)} aligned without a value on both sides`}
        </span>
      </caption>
      <tbody>
        <PairedTests metric={metric} />
        {metric.levelTests ? <LevelTests levels={metric.levelTests} /> : null}
        <UnpairedTests metric={metric} />
      </tbody>
    </table>
  )
}

/** Pairs by level of B (rows) and of A (columns); above the diagonal A is higher. */
export function TransitionMatrix({ levels }: { levels: LevelsResult }) {
  const most = Math.max(1, ...levels.matrix.flat())
  return (
    <table className={`ev-table ${classes.matrix}`}>
      <caption className={classes.caption}>
        <strong>Pairs by level</strong>
        <span className="ev-dim"> · rows: B, columns: A; right of the diagonal A is higher</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">B \ A</th>
          {levels.names.map((name) => (
            <th key={name} scope="col" className="ev-num">
              {name}
            </th>
          ))}
          <th scope="col" className="ev-num">
            B, all
          </th>
        </tr>
      </thead>
      <tbody>
        {levels.matrix.map((row, i) => (
          <tr key={levels.names[i]}>
            <th scope="row">{levels.names[i]}</th>
            {row.map((count, j) => (
              <td
                key={levels.names[j]}
                className="ev-num"
                style={{
                  background: `color-mix(in srgb, var(--ev-bar-strong) ${Math.round((45 * count) / most)}%, transparent)`,
                  fontWeight: i === j ? 600 : undefined,
                }}
              >
                {formatCount(count)}
              </td>
            ))}
            <td className="ev-num ev-dim">{formatCount(levels.countsB[i] ?? 0)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">A, all</th>
          {levels.countsA.map((count, j) => (
            <td key={levels.names[j]} className="ev-num ev-dim">
              {formatCount(count)}
            </td>
          ))}
          <td className="ev-num ev-dim">
            {formatCount(levels.countsA.reduce((sum, count) => sum + count, 0))}
          </td>
        </tr>
      </tbody>
    </table>
  )
}
