import { statusCode, statusOf } from '@/lib/contracts/status'
import type { CutFormula, CutMeans } from './token-loss/cut-ratios'
import { CUT_READS, cutVariant, deriveCut } from './token-loss/cut-ratios'
import type { Loss } from './token-loss/read'
import { missing } from './token-loss/read'
import { ifdOf } from './token-loss/ratios'
import type { DerivedMetric } from './types'
import { defineMetric } from './types'

const ratio = ({ conditional, direct }: CutMeans): Loss => ifdOf(conditional, direct, 'loss')

/** The script leaves rows out whose ratio is above 1: the instruction does not help there. */
function kept(means: CutMeans): Loss {
  const all = ratio(means)
  return all.missing === null && all.value > 1 ? missing('left_out') : all
}

const FORMULAS: Record<string, CutFormula> = {
  kept,
  all: ratio,
  conditional: ({ conditional }) => conditional,
  direct: ({ direct }) => direct,
}

const derive: DerivedMetric['derive'] = (columns, key, n) =>
  deriveCut(columns, n, FORMULAS[key] ?? kept)

const HARDER = 'Harder: the instruction helps less to predict the response.'

/** IFD as Cherry LLM computes it: under its template, cut to its length. */
export const cherryIfd = defineMetric({
  kind: 'derived',
  id: 'cherry_ifd',
  version: 1,
  label: 'IFD (Cherry)',
  description: 'IFD under the template, truncation and row rules of Cherry LLM.',
  formula: 'mean nll(y after template(x)) / mean nll(y after the response header)',
  source: 'Li et al. 2023 (Cherry LLM), analysis and selection scripts',
  from: 'cherry_loss',
  reads: CUT_READS,
  variants: [
    cutVariant(
      'kept',
      'IFD (Cherry)',
      '',
      'Ratio of mean losses; rows above 1 are left out, as the script does.',
      HARDER,
    ),
    cutVariant(
      'all',
      'IFD (Cherry, all rows)',
      '',
      'Ratio of mean losses with rows above 1.',
      HARDER,
    ),
    cutVariant(
      'conditional',
      'L(y|x) (Cherry)',
      'nat',
      'Mean loss per token of the response after the templated instruction.',
      'Harder to predict with the instruction at hand.',
    ),
    cutVariant(
      'direct',
      'L(y) (Cherry)',
      'nat',
      'Mean loss per token of the response after the response header alone.',
      'Harder to predict without the instruction.',
    ),
  ],
  derive,
  examples: [
    {
      name: 'kept, cut and above 1',
      run() {
        const code = (name: 'ok' | 'truncated_input') => statusCode(name)
        const status = Uint8Array.of(code('ok'), code('truncated_input'), code('ok'))
        const column = (...values: number[]) => ({ values: Float64Array.from(values), status })
        const columns = {
          cySum: column(4, 4, 5),
          cyN: column(2, 2, 2),
          dySum: column(4.2, 4.2, 4),
          dyN: column(2, 2, 2),
        }
        const some = derive(columns, 'kept', 3)
        const name = (i: number) => statusOf(some.status[i] as number).name
        return {
          ratio: some.values[0] as number,
          cut: name(1),
          above: name(2),
          all: derive(columns, 'all', 3).values[2] as number,
        }
      },
      expected: { ratio: 0.952380952381, cut: 'truncated_input', above: 'left_out', all: 1.25 },
    },
  ],
})
