import type { SetRecord } from '@/lib/contracts/measure'
import { statusCode } from '@/lib/contracts/status'
import { createRandom, type Random } from '@/lib/stats/random'
import type { FigureColumnInfo, FigureData, FigureSeries, SeriesColumn } from '../types'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'

// Enough rows for smooth curves, few enough that a test draws all figures in no time.
const EXAMPLE_ROWS = 240
const SEED_SETS = [
  { key: 'alpaca', label: 'Alpaca', ease: 0 },
  { key: 'gsm8k-train', label: 'GSM8K', ease: -0.9 },
  { key: 'code-alpaca', label: 'Code Alpaca', ease: -0.4 },
] as const
const ARMS = [
  { key: 'small-8b', label: 'Small 8B', armClass: 'small', lift: 0.85, colorIndex: 0 },
  { key: 'large-70b', label: 'Large 70B', armClass: 'large', lift: 0.45, colorIndex: 1 },
] as const
const ROUNDS = [0, 1, 2, 3]
const OPERATORS = ['constraints', 'deepen', 'concretizing', 'reasoning']

/** Returns a standard normal number. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

/** What a generated row is like: `hardness` grows with rounds, faster for the small arm. */
interface ExampleRow {
  hardness: number
  random: Random
  /** 0 = the seeds. */
  round: number
  small: boolean
}

/** Returns an info record for a column of generated data. */
export function exampleInfo(
  id: string,
  label: string,
  more: Partial<FigureColumnInfo> = {},
): FigureColumnInfo {
  const base = {
    unit: '',
    levels: null,
    direction: 'none' as const,
    directionMeans: '',
    range: null,
  }
  return { id, label, shortLabel: label, ...base, ...more }
}

interface ExampleColumn {
  info: FigureColumnInfo
  width?: number
  /** Leaves the seeds without values. */
  evolvedOnly?: boolean
  /** Writes the values of one row; returns its status, ok when nothing. */
  row(row: ExampleRow, out: Float64Array): Parameters<typeof statusCode>[0] | void
  /** What a measure of a set would record of the rows. */
  record?(rows: readonly ExampleRow[]): SetRecord
}

function fill(column: ExampleColumn, rows: readonly ExampleRow[]): SeriesColumn {
  const width = column.width ?? 1
  const values = new Float64Array(rows.length * width).fill(Number.NaN)
  const status = new Uint8Array(rows.length)
  rows.forEach((row, i) => {
    const name = column.row(row, values.subarray(i * width, (i + 1) * width)) ?? 'ok'
    status[i] = statusCode(name)
  })
  const total = rows.length
  return {
    values,
    status,
    width,
    definitionHash: 'example',
    runId: 'example',
    model: null,
    done: total,
    total,
    ...(column.record && { record: column.record(rows) }),
  }
}

/** Returns generated data in the shape of a study: three seed sets, seeds and three rounds, two arms. Not measurements. */
export function exampleData(columns: readonly ExampleColumn[]): FigureData {
  const random = createRandom(20_241_215)
  const series: FigureSeries[] = SEED_SETS.flatMap((set) =>
    ROUNDS.flatMap((round) =>
      (round === 0 ? [null] : ARMS).map((arm): FigureSeries => {
        const centre = set.ease + round * (arm?.lift ?? 0)
        const rows = Array.from({ length: EXAMPLE_ROWS }, () => ({
          hardness: centre + normal(random),
          random,
          round,
          small: arm?.armClass === 'small',
        }))
        const filled = columns
          .filter((column) => arm !== null || !column.evolvedOnly)
          .map((column) => [column.info.id, fill(column, rows)] as const)
        const codes = Uint8Array.from(rows, (_, i) => (i + round) % OPERATORS.length)
        return {
          key: `${set.key}/${arm?.key ?? SEEDS_KEY}/${round}`,
          seedSetKey: set.key,
          seedSetLabel: set.label,
          armKey: arm?.key ?? null,
          armLabel: arm?.label ?? SEEDS_LABEL,
          armClass: arm?.armClass ?? null,
          colorIndex: arm?.colorIndex ?? 0,
          round,
          cellId: `${set.key}-${arm?.key ?? SEEDS_KEY}-${round}`,
          n: rows.length,
          cellRows: rows.length,
          columns: Object.fromEntries(filled),
          ...(arm ? { operators: { codes, names: OPERATORS } } : {}),
        }
      }),
    ),
  )
  return { series, columns: Object.fromEntries(columns.map(({ info }) => [info.id, info])) }
}

/** Returns example data with one enum column, two in a hundred rows without a level. */
export function exampleLevels(id: string, levels: readonly string[]): FigureData {
  return exampleData([
    {
      info: exampleInfo(id, 'Difficulty level', { levels, unit: 'level' }),
      row: ({ hardness, random }, out) => {
        if (random.next() < 0.02) return 'unparsed'
        out[0] = Math.min(levels.length, Math.max(1, Math.round(2.6 + hardness)))
      },
    },
  ])
}

/** Returns example data whose rows have parents: row i of a round comes from row i of the round before, of the seeds for the first. */
export function withLineage(data: FigureData): FigureData {
  const series = data.series.map((one): FigureSeries => {
    const parent = data.series.find(
      ({ seedSetKey, armKey, round }) =>
        seedSetKey === one.seedSetKey &&
        round === one.round - 1 &&
        armKey === (round === 0 ? null : one.armKey),
    )
    const slots = Int32Array.from({ length: one.n }, (_, row) => row)
    return { ...one, lineage: { slots, parents: parent?.columns ?? {} } }
  })
  return { ...data, series }
}

/** Returns a standard normal number from a row's own generator, for columns of example data. */
export function noise(row: ExampleRow): number {
  return normal(row.random)
}
