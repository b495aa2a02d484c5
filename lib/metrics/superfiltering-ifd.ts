import { statusCode, statusOf } from '@/lib/contracts/status'
import type { CutFormula, CutMeans } from './token-loss/cut-ratios'
import { CUT_READS, cutVariant, deriveCut } from './token-loss/cut-ratios'
import { ifdOf } from './token-loss/ratios'
import type { Loss } from './token-loss/read'
import { missing } from './token-loss/read'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const ratio = ({ conditional, direct }: CutMeans): Loss => ifdOf(conditional, direct, 'ppl')

/** The selection leaves rows out whose ratio is 1 or more. */
function kept(means: CutMeans): Loss {
  const all = ratio(means)
  return all.missing === null && all.value >= 1 ? missing('left_out') : all
}

const FORMULAS: Record<string, CutFormula> = { kept, all: ratio }

const derive: DerivedMetric['derive'] = (columns, key, n) =>
  deriveCut(columns, n, FORMULAS[key] ?? kept)

const HARDER = 'Harder: the instruction helps less to predict the response.'

/** IFD as Superfiltering computes it, cut to its length: a ratio of perplexities. */
export const superfilteringIfd = defineMetric({
  kind: 'derived',
  id: 'superfiltering_ifd',
  version: 1,
  label: 'IFD ppl (Superfiltering, cut)',
  description: 'Ratio of perplexities under the truncation and row rules of Superfiltering.',
  formula: 'exp( mean nll(y after x) - mean nll(y) )',
  source: 'Li et al. 2024 (Superfiltering), data analysis and selection scripts',
  from: 'superfiltering_loss',
  reads: CUT_READS,
  variants: [
    cutVariant(
      'kept',
      'IFD ppl (Superfiltering, cut)',
      '',
      'Ratio of perplexities; rows from 1 on are left out, as the selection does.',
      HARDER,
    ),
    cutVariant(
      'all',
      'IFD ppl (Superfiltering, cut, all rows)',
      '',
      'Ratio of perplexities with rows from 1 on.',
      HARDER,
    ),
  ],
  derive,
  examples: [
    {
      name: 'kept and left out',
      run() {
        const status = Uint8Array.of(statusCode('ok'), statusCode('ok'))
        const column = (...values: number[]) => ({ values: Float64Array.from(values), status })
        const columns = {
          cySum: column(2, 4),
          cyN: column(2, 2),
          dySum: column(1.6, 1.6),
          dyN: column(1, 1),
        }
        const some = derive(columns, 'kept', 2)
        return {
          kept: some.values[0] as number,
          left: statusOf(some.status[1] as number).name,
          all: derive(columns, 'all', 2).values[1] as number,
        }
      },
      // The means are those of case A: strict 1 against 1.6, and 2 against 1.6.
      expected: { kept: 0.548811636094, left: 'left_out', all: 1.491824697641 },
    },
  ],
})
