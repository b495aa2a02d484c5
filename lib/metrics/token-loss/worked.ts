import { statusCode } from '@/lib/contracts/status'
import type { StatusName } from '@/lib/contracts/status'
import type { ColumnView, RowResult } from '../types'
import { LOSS_OUTPUTS } from './outputs'
import type { RowTokens } from './passes'
import { planPasses } from './passes'
import { sumPasses } from './sums'

/** A row with known tokens and losses. */
export interface WorkedCase {
  name: string
  bosId: number | null
  tokens: RowTokens
  /** Nll of positions 1.. of the joint pass, which equals the joined text in every case. */
  jointNll: readonly number[]
  /** Nll of positions 1.. of y alone. */
  aloneNll: readonly number[]
}

const [BOS, X0, X1, STOP, QUOTE, NEWLINE, Y0, Y1] = [1, 10, 11, 12, 13, 20, 30, 31]
// Merged tokens: full stop + newline, quote + full stop.
const [STOP_NEWLINE, QUOTE_STOP] = [21, 14]

function tokens(x: number[], xn: number[], y: number[], bos: number[] = []): RowTokens {
  return {
    x: Int32Array.from([...bos, ...x]),
    xn: Int32Array.from([...bos, ...xn]),
    y: Int32Array.from([...bos, ...y]),
    joined: Int32Array.from([...bos, ...xn, ...y]),
  }
}

/** Plain x and y, no BOS. */
export const CASE_A: WorkedCase = {
  name: 'A: no anchor',
  bosId: null,
  tokens: tokens([X0, X1], [X0, X1, NEWLINE], [Y0, Y1]),
  jointNll: [2, 0.5, 3, 1],
  aloneNll: [1.6],
}

/** The same with a BOS. */
export const CASE_B: WorkedCase = {
  name: 'B: anchor',
  bosId: BOS,
  tokens: tokens([X0, X1], [X0, X1, NEWLINE], [Y0, Y1], [BOS]),
  jointNll: [4, 2, 0.5, 3, 1],
  aloneNll: [3.4, 1.6],
}

/** The full stop of x merges with the newline. */
export const CASE_C: WorkedCase = {
  name: 'C: merged newline',
  bosId: null,
  tokens: tokens([X0, STOP], [X0, STOP_NEWLINE], [Y0, Y1]),
  jointNll: [1.2, 3, 1],
  aloneNll: [1.6],
}

/** The reference cut falls inside x. */
export const CASE_D: WorkedCase = {
  name: 'D: cut inside x',
  bosId: null,
  tokens: tokens([X0, QUOTE_STOP], [X0, QUOTE, STOP_NEWLINE], [Y0, Y1]),
  jointNll: [1.2, 0.8, 3, 1],
  aloneNll: [1.6],
}

/** C with a response of one token. */
export const CASE_C_ONE_TOKEN: WorkedCase = {
  ...CASE_C,
  name: 'C with a one-token response',
  tokens: tokens([X0, STOP], [X0, STOP_NEWLINE], [Y0]),
  jointNll: [1.2, 3],
  aloneNll: [],
}

/** Returns the stored sums of a case, in full double precision. */
export function scoreCase(worked: WorkedCase): RowResult {
  const passes = planPasses(worked.tokens, worked.bosId, worked.bosId, true)
  const logprobs = (nll: readonly number[]) => [NaN, ...nll.map((value) => -value)]
  const joint = logprobs(worked.jointNll)
  const alone = worked.aloneNll.length > 0 ? logprobs(worked.aloneNll) : null
  return sumPasses(0, passes, { joint, alone, text: joint }, { x: true, y: true })
}

/** Returns rows as the columns that derivation reads. */
export function asColumns(rows: readonly RowResult[]): Record<string, ColumnView> {
  return Object.fromEntries(
    LOSS_OUTPUTS.map(({ key }) => {
      const values = new Float64Array(rows.length)
      const status = new Uint8Array(rows.length)
      rows.forEach((row, i) => {
        values[i] = (row.values[key] as number | null | undefined) ?? 0
        status[i] = statusCode((row.statuses?.[key] ?? row.status) as StatusName)
      })
      return [key, { values, status }]
    }),
  )
}
