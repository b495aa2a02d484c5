import type { Command } from 'commander'
import { runs } from '@/db/schema'
import type { AgreementReport, RatedShare } from '@/lib/contracts/agreement'
import { AppError } from '@/lib/errors'
import { agreement } from '@/lib/services/agreement'
import type { ServiceContext } from '@/lib/services/context'
import { openContext } from '../context'
import { printJson, printLine, printRows, wantsJson } from '../output'

/** Returns the whole id that begins with the given one, and the run's study; throws `not_found` or `invalid_input`. */
export function findRun({ db }: ServiceContext, id: string): { id: string; studyId: string } {
  const found = db
    .select({ id: runs.id, studyId: runs.studyId })
    .from(runs)
    .all()
    .filter((run) => run.id.startsWith(id))
  const [first, second] = found
  if (!first)
    throw new AppError('not_found', `There is no run "${id}". Its run details show the id.`)
  if (second)
    throw new AppError('invalid_input', `Several runs begin with "${id}"; give more of it.`)
  return first
}

/** Returns a share in percent with its counts and interval. */
export function share({ k, n, low, high }: RatedShare): string {
  if (n === 0 || low === null || high === null) return `${k} of ${n}`
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`
  return `${percent(k / n)} (${k} of ${n}; 95 % interval ${percent(low)} to ${percent(high)})`
}

/** Returns a coefficient to four decimals, `none` where it does not exist. */
export function number(value: number | null): string {
  return value === null ? 'none' : value.toFixed(4)
}

function lines(report: AgreementReport): [string, string][] {
  const { kappa, profiles, runs: compared } = report
  const name = (i: number) => {
    const run = compared[i]
    return `${run?.label ?? ''}, ${run?.model ?? 'no model'}, repetition ${run?.repeat ?? 0}`
  }
  return [
    ['runs', compared.map((_, i) => name(i)).join(' | ')],
    ['differ in', report.differs.join(', ') || 'nothing: the same definition'],
    [
      'rows',
      `${report.n} rated by both, ${report.onlyFirst} by the first only, ${report.onlySecond} by the second only`,
    ],
    [
      'kappa',
      kappa
        ? `${number(kappa.value)}, 95 % interval ${number(kappa.low)} to ${number(kappa.high)} (quadratic weights; ${kappa.resamples} resamples of ${report.clusters} seeds)`
        : `none: ${report.kappaReason ?? 'unknown'}`,
    ],
    [
      'other coefficients',
      `kappa without weights ${number(report.unweightedKappa)}, Gwet's AC1 ${number(report.ac1)}, AC2 ${number(report.ac2)} (quadratic weights)`,
    ],
    ['exact', share(report.exact)],
    [`within ${report.scale.within}`, share(report.adjacent)],
    ['difference', `${number(report.meanDifference)} (second minus first, mean)`],
    ...profiles.flatMap((profile, i): [string, string][] => [
      [`ceiling ${i + 1}`, share(profile.ceiling)],
      [`failed ${i + 1}`, share(profile.failed)],
      [`length ${i + 1}`, `${number(profile.lengthSlope)} per 100 characters of instruction`],
    ]),
    [
      'consistency',
      report.consistency
        ? `${(report.consistency.pairs * 100).toFixed(1)} % of pairs equal, ${(report.consistency.unanimous * 100).toFixed(1)} % of ${report.consistency.units} rows unanimous, Krippendorff's alpha ${number(report.consistency.alpha)}`
        : 'none',
    ],
  ]
}

/** Adds `agreement <run> <run...>`. */
export function addAgreementCommand(program: Command): void {
  program
    .command('agreement')
    .description('how well two judge models, or two runs of one, agree on the rows both rated')
    .argument('<runs...>', 'ids of two or more runs of one study; the first digits are enough')
    .action(async (ids: string[]) => {
      const context = openContext()
      const json = wantsJson(program)
      const found = ids.map((id) => findRun(context, id))
      const [first] = found
      if (!first || found.length < 2) throw new AppError('invalid_input', 'Name two runs or more.')
      if (found.some((run) => run.studyId !== first.studyId)) {
        throw new AppError('invalid_input', 'These runs belong to different studies.')
      }
      const { report } = await agreement(
        context.db,
        first.studyId,
        found.map((run) => run.id),
      )
      if (!report) throw new AppError('invalid_input', 'Name two different runs.')
      if (json) {
        printJson(report)
        return
      }
      printRows(
        lines(report).map(([what, value]) => ({ what, value })),
        false,
      )
      printLine('')
      const { labels, counts } = report.table
      printRows(
        labels.map((label, i) => ({
          'first \\ second': label,
          ...Object.fromEntries(labels.map((other, j) => [other, counts[i]?.[j] ?? 0])),
        })),
        false,
      )
    })
}
