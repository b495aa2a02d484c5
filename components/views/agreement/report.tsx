import { DASH, formatCount, formatMetric, formatShare, plural } from '@/lib/contracts/format'
import { Term } from '@/components/ui/info-tip'
import { Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { Notice } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { AgreementReport, RatedShare } from '@/lib/contracts/agreement'
import { statusSentence } from '@/lib/contracts/status'
import classes from './agreement.module.css'
import { runName } from './run-name'

// Above this share the scale no longer separates hard rows from harder ones.
const SATURATED = 0.5

const REASONS: Record<string, string> = {
  n_too_small: 'no row was rated by both',
  zero_denominator: 'both runs gave the same rating to every row',
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
  const left =
    kappa.withoutValue > 0 ? `; ${formatCount(kappa.withoutValue)} resamples had no kappa` : ''
  return { value: formatMetric(kappa.value), more: bounds + left }
}

function signed(value: number | null): string {
  if (value === null) return DASH
  return value > 0 ? `+${formatMetric(value)}` : formatMetric(value)
}

function reasonsText(reasons: Record<string, number>): string {
  return Object.entries(reasons)
    .map(
      ([name, rows]) =>
        `${formatCount(rows)} ${name.replaceAll('_', ' ')}: ${statusSentence(name)}`,
    )
    .join('\n')
}

type Profile = AgreementReport['profiles'][number]

function Profiles({ report }: { report: AgreementReport }) {
  const columns: Column<Profile>[] = [
    {
      name: 'Run',
      cell: ({ runId }, i) => {
        const run = report.runs[i]
        return run ? runName(run) : runId
      },
    },
    { name: 'Rated', kind: 'number', cell: ({ rated }) => formatCount(rated) },
    { name: 'Mean', kind: 'number', cell: ({ mean }) => formatMetric(mean) },
    {
      name: 'At the top of the scale',
      kind: 'number',
      hint: ({ ceiling }) => interval(ceiling),
      cell: ({ ceiling }) => share(ceiling),
    },
    {
      name: 'Without a rating',
      kind: 'number',
      hint: ({ reasons }) => reasonsText(reasons) || undefined,
      cell: ({ failed }) => share(failed),
    },
    {
      name: 'Per 100 characters',
      kind: 'number',
      cell: ({ lengthSlope }) => signed(lengthSlope),
    },
  ]
  return <Table label="Each run" columns={columns} rows={report.profiles} keyOf="runId" />
}

/** Counts of pairs of ratings; the shade of a cell is its share of the row, the diagonal is framed. */
function ConfusionTable({ table }: { table: AgreementReport['table'] }) {
  const { labels, counts } = table
  return (
    <ScrollRegion label="Pairs of ratings">
      <table className={classes.confusion}>
        <thead>
          <tr>
            <th scope="col">first \ second</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => {
            const row = counts[i] ?? []
            const total = row.reduce((sum, count) => sum + count, 0)
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {labels.map((other, j) => {
                  const count = row[j] ?? 0
                  const share = total > 0 ? count / total : 0
                  return (
                    <td
                      key={other}
                      className={`ev-num ${i === j ? classes.diagonal : ''}`}
                      title={`${formatShare(share)} of the rows that the first rated ${label}`}
                      style={{
                        background: `color-mix(in srgb, var(--ev-bar-strong) ${Math.round(share * 55)}%, transparent)`,
                      }}
                    >
                      {count === 0 ? <span className="ev-dim">0</span> : formatCount(count)}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
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
        title="Agreement of the first two runs"
        note={`${plural(report.n, 'row')} rated by both; ${formatCount(report.onlyFirst)} by the first only, ${formatCount(report.onlySecond)} by the second only. The runs differ in: ${differs.join(', ') || 'nothing'}.`}
      >
        <dl className={`ev-panel ${classes.figures}`}>
          <Figure
            name="Weighted kappa"
            help="Quadratic weighted kappa: 1 is full agreement, 0 is chance agreement at the same rating frequencies. Disagreement is weighted by its square."
            {...kappa}
          />
          <Figure
            name="Gwet's AC2"
            help="Agreement beyond chance with quadratic weights, for levels and whole steps. Unlike kappa it stays high when nearly all ratings are equal. AC1 and the second kappa have no weights."
            value={formatMetric(report.ac2)}
            more={`AC1 ${formatMetric(report.ac1)}; kappa without weights ${formatMetric(report.unweightedKappa)}`}
          />
          <Figure
            name="Exact agreement"
            help="Share of rows with the same rating."
            value={share(report.exact)}
            more={interval(report.exact)}
          />
          <Figure
            name={`Within ${plural(scale.within, unit)}`}
            help="Share of rows whose ratings differ by at most this much."
            value={share(report.adjacent)}
            more={interval(report.adjacent)}
          />
          <Figure
            name="Mean difference"
            help="Second minus first: whether one judge model is stricter."
            value={signed(report.meanDifference)}
            more={`${unit}s, second minus first`}
          />
          <Figure
            name="Self-consistency"
            help="Over all chosen runs: mean share of equal pairs among the ratings of a row. For one judge model asked repeatedly, how often it agrees with itself."
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
            More than half of the ratings are at the top of the scale: the scale no longer separates
            hard rows from harder ones, and agreement looks higher than it is.
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
        title="Each run"
        note="change in rating per 100 characters: whether longer instructions are rated higher"
      >
        <Profiles report={report} />
      </Section>
    </>
  )
}
