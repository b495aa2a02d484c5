import { DASH, formatCount, formatMetric, formatShare, plural } from '@/components/ui/format'
import { Term } from '@/components/ui/info-tip'
import { Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { Notice } from '@/components/ui/states'
import type { AgreementReport, RatedShare } from '@/lib/contracts/agreement'
import { STATUSES } from '@/lib/contracts/status'
import classes from './agreement.module.css'
import { ConfusionTable } from './confusion-table'
import { runName } from './run-name'

// Above this the scale no longer tells hard rows from harder ones.
const SATURATED = 0.5

const REASONS: Record<string, string> = {
  n_too_small: 'no row was rated by both',
  zero_denominator: 'both gave one and the same rating to every row',
}

function share({ k, n }: RatedShare): string {
  return n === 0 ? DASH : formatShare(k / n)
}

function interval({ k, n, low, high }: RatedShare): string {
  if (low === null || high === null) return 'no rows'
  return `${formatCount(k)} of ${formatCount(n)}; 95 % interval ${formatShare(low)} to ${formatShare(high)}`
}

interface FigureProps {
  name: string
  help: string
  value: string
  more: string
}

function Figure({ name, help, value, more }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>
        <Term tip={help}>{name}</Term>
      </dt>
      <dd>
        {value}
        <div className={classes.more}>{more}</div>
      </dd>
    </div>
  )
}

function kappaText({ kappa, kappaReason, clusters }: AgreementReport): {
  value: string
  more: string
} {
  if (!kappa) return { value: DASH, more: REASONS[kappaReason ?? ''] ?? kappaReason ?? '' }
  const resamples = `${formatCount(kappa.resamples)} resamples of ${plural(clusters, 'seed')}`
  const bounds =
    kappa.low === null || kappa.high === null
      ? 'no interval: one seed only'
      : `95 % interval ${formatMetric(kappa.low)} to ${formatMetric(kappa.high)}; ${resamples}`
  const left = kappa.withoutValue > 0 ? `; ${formatCount(kappa.withoutValue)} more had none` : ''
  return { value: formatMetric(kappa.value), more: bounds + left }
}

function signed(value: number | null): string {
  if (value === null) return DASH
  return value > 0 ? `+${formatMetric(value)}` : formatMetric(value)
}

function reasonsText(reasons: Record<string, number>): string {
  return Object.entries(reasons)
    .map(([name, rows]) => {
      const sentence = STATUSES.find((status) => status.name === name)?.sentence ?? name
      return `${formatCount(rows)} ${name.replaceAll('_', ' ')}: ${sentence}`
    })
    .join('\n')
}

function Profiles({ report }: { report: AgreementReport }) {
  return (
    <div className="ev-panel">
      <ScrollRegion label="Each run by itself">
        <table className="ev-table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" className="ev-num">
                Rated
              </th>
              <th scope="col" className="ev-num">
                Mean
              </th>
              <th scope="col" className="ev-num">
                At the top of the scale
              </th>
              <th scope="col" className="ev-num">
                Without a rating
              </th>
              <th scope="col" className="ev-num">
                Per 100 characters
              </th>
            </tr>
          </thead>
          <tbody>
            {report.profiles.map((profile, i) => {
              const run = report.runs[i]
              return (
                <tr key={profile.runId}>
                  <td dir="auto">{run ? runName(run) : profile.runId}</td>
                  <td className="ev-num">{formatCount(profile.rated)}</td>
                  <td className="ev-num">{formatMetric(profile.mean)}</td>
                  <td className="ev-num" title={interval(profile.ceiling)}>
                    {share(profile.ceiling)}
                  </td>
                  <td className="ev-num" title={reasonsText(profile.reasons) || undefined}>
                    {share(profile.failed)}
                  </td>
                  <td className="ev-num">{signed(profile.lengthSlope)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  )
}

/** How well the first two runs agree, how consistent all of them are, and what each looks like by itself. */
export function AgreementResult({ report }: { report: AgreementReport }) {
  const { scale, consistency, differs } = report
  const kappa = kappaText(report)
  const unit = scale.levels ? 'level' : 'point'
  const saturated = report.profiles.filter(
    ({ ceiling }) => ceiling.n > 0 && ceiling.k / ceiling.n > SATURATED,
  )
  return (
    <>
      <Section
        title="Agreement of the first two"
        note={`${plural(report.n, 'row')} rated by both; ${formatCount(report.onlyFirst)} by the first only, ${formatCount(report.onlySecond)} by the second only. The runs differ in: ${differs.join(', ') || 'nothing'}.`}
      >
        <dl className={`ev-panel ${classes.figures}`}>
          <Figure
            name="Weighted kappa"
            help="Quadratic weighted kappa: 1 is full agreement, 0 what chance gives with the same shares of ratings. Disagreement counts by its square."
            {...kappa}
          />
          <Figure
            name="Exact agreement"
            help="Share of rows with the same rating."
            value={share(report.exact)}
            more={interval(report.exact)}
          />
          <Figure
            name={`Within ${plural(scale.within, unit)}`}
            help="Share of rows whose ratings are at most this far apart."
            value={share(report.adjacent)}
            more={interval(report.adjacent)}
          />
          <Figure
            name="Mean difference"
            help="Second minus first: whether one judge is stricter."
            value={signed(report.meanDifference)}
            more={`${unit}s, second minus first`}
          />
          <Figure
            name="Self-consistency"
            help="Over all chosen runs: mean share of equal pairs among the ratings of a row. For one judge asked repeatedly it is how often it agrees with itself."
            value={consistency ? formatShare(consistency.pairs) : DASH}
            more={
              consistency
                ? `${formatShare(consistency.unanimous)} of ${plural(consistency.units, 'row')} unanimous; Krippendorff's alpha ${formatMetric(consistency.alpha)}`
                : 'no row was rated twice'
            }
          />
        </dl>
        {saturated.length > 0 ? (
          <Notice>
            More than half of the ratings are at the top of the scale: harder rows can no longer be
            told apart there, and agreement looks higher than it is.
          </Notice>
        ) : null}
      </Section>
      <Section
        title="Pairs of ratings"
        note={
          scale.levels
            ? 'rows: first run, columns: second run; shaded by share of the row'
            : 'rows: first run, columns: second run; ratings are binned for this table only'
        }
      >
        <ConfusionTable table={report.table} />
      </Section>
      <Section
        title="Each run by itself"
        note="the slope on length shows whether longer instructions are rated higher"
      >
        <Profiles report={report} />
      </Section>
    </>
  )
}
