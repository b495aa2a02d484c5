import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { SetOutput } from '@/lib/contracts/measure'
import type { StatusName } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { whole, wholeOrNone } from '../params'
import { emptyColumns } from '../neighbours/columns'
import { differentTexts, embedRows, readsResponse, textRecipe } from '../neighbours/row-vectors'
import { tagParams } from '../tags/params'
import {
  defineMetric,
  type MetricBase,
  type MetricRow,
  type MetricTools,
  type OutputSpec,
} from '../types'
import { measureDraws, type SetNumbers } from './draws'

/** Vectors of a set, row-major n x d. */
export interface SetVectors {
  matrix: Float32Array | Float64Array
  n: number
  d: number
}

/** Lets other work of the process in and throws `cancelled` when the job was stopped: call it every tenth of a second. */
export type Pause = () => Promise<void>

interface SetMeasure<Shape extends z.ZodRawShape, Members> extends Omit<MetricBase, 'examples'> {
  /** Parameters beyond those that every measure of a set has; each with a default and `.describe()`. */
  params: Shape
  /** The program that the numbers depend on, with its version; recorded beside them. */
  computedBy?: string
  outputs: readonly SetOutput[]
  /** Pure. A number that the set does not have is null. */
  measure(
    set: Members,
    params: z.output<z.ZodObject<Shape>>,
    pause: Pause,
  ): SetNumbers | Promise<SetNumbers>
  examples: readonly {
    name: string
    set: Members
    params?: z.input<z.ZodObject<Shape>>
    /** Numbers of another program, to 1e-9. */
    expected: Record<string, number | null>
  }[]
}

/** What all measures of a set have in common: at which size cells are compared, and what is drawn. */
const drawParams = {
  n: wholeOrNone(
    2,
    'Rows of each draw, the same for every cell, because the number depends on how many there are; empty takes the rows of the smallest chosen cell.',
  ),
  draws: whole({ min: 1, max: 1000, preset: 20 }, 'Draws for each cell.'),
  seed: whole(
    { min: 0, max: 2 ** 32 - 1, preset: 0 },
    'Random seed of the draws; cells of equal size get the same positions.',
  ),
}

const FIELDS = ['instruction', 'instruction-and-input', 'response'] as const
const field = z
  .enum(FIELDS)
  .default('instruction')
  .describe(
    'Text that is measured: the instruction, the instruction with a newline and its input where it has one, or the response.',
  )

/** The only column of a measure of a set. A row counts once it is in the set; that keeps reasons, progress and retries as they are for every run. */
export const COUNTED: OutputSpec = {
  key: 'counted',
  label: 'counted',
  shape: 'scalar',
  dtype: 'f32',
  unit: '',
  range: [1, 1],
  direction: 'none',
  directionMeans: 'Says that the row is in the set.',
  description: '1 for a row that is in the measured set.',
  hidden: true,
}

/** The rows of a cell that have what is measured. */
interface LoadedSet<Members> {
  /** Position of each member in the rows. */
  at: readonly number[]
  missing: ReadonlyMap<number, StatusName>
  record: Record<string, unknown>
  members(chosen: Uint32Array): Members
}

type Common = z.output<z.ZodObject<typeof drawParams>>

function register<Shape extends z.ZodRawShape, Members>(
  measure: SetMeasure<Shape, Members>,
  kind: {
    needs: readonly ['embed'] | readonly []
    /** Whether members are the tags of rows. */
    tags?: boolean
    params: z.ZodRawShape
    readsResponse(params: Record<string, unknown>): boolean
    load(
      rows: readonly MetricRow[],
      params: Record<string, unknown>,
      tools: MetricTools,
    ): Promise<LoadedSet<Members>>
  },
) {
  const own = z.object(measure.params)
  const params = z.object({ ...kind.params, ...measure.params, ...drawParams })
  const by = measure.computedBy === undefined ? {} : { computedBy: measure.computedBy }
  const keys = measure.outputs.map(({ key }) => key)
  const numbers = async (members: unknown, given: unknown) =>
    measure.measure(members as Members, own.parse(given ?? {}), nextTurn)
  const tagged = kind.tags ? { tags: true } : {}
  type Params = Common & z.output<z.ZodObject<Shape>>
  return defineMetric<Params>({
    kind: 'measured',
    scope: 'cell',
    onDemand: true,
    set: { outputs: measure.outputs, numbers },
    id: measure.id,
    version: measure.version,
    label: measure.label,
    description: measure.description,
    formula: measure.formula,
    source: measure.source,
    needs: kind.needs,
    inputs: { response: false, parent: false, ...tagged },
    inputsFor: (given) => ({ response: kind.readsResponse(given), parent: false, ...tagged }),
    params: params as unknown as z.ZodType<Params>,
    settleSizes: (given, sizes) =>
      given.n === null && sizes.length > 0
        ? { ...given, n: Math.max(2, Math.min(...sizes)) }
        : given,
    outputs: [COUNTED],
    prompts: () => [],
    // The whole cell at once; vectors are asked for in calls of this many texts.
    batchRows: 256,
    async computeCell(rows, given, tools) {
      throwIfAborted(tools.signal)
      const { at, missing, record, members } = await kind.load(rows, given, tools)
      const columns = emptyColumns([COUNTED], rows.length)
      for (const [row, name] of missing) columns.setStatus(row, name)
      for (const row of at) {
        columns.setStatus(row, 'ok')
        columns.set(COUNTED.key, row, 1)
      }
      const pause = async () => {
        await nextTurn()
        throwIfAborted(tools.signal)
      }
      const drawn = await measureDraws(
        at.length,
        given,
        keys,
        async (chosen) => {
          await pause()
          return measure.measure(members(chosen), given, pause)
        },
        (done, total) => tools.progress(done, total),
      )
      return { columns: columns.all, record: { ...record, ...drawn, ...by } }
    },
    examples: measure.examples.map(({ name, set, params: given, expected }) => ({
      name,
      run: () => numbers(set, given),
      expected,
    })),
  })
}

function textOf(row: MetricRow, which: (typeof FIELDS)[number]): string | null {
  if (which === 'response') return row.response
  return which === 'instruction' || !row.input
    ? row.instruction
    : `${row.instruction}\n${row.input}`
}

/** Returns the metric of a number over the texts of a set. */
export function defineTextMeasure<Shape extends z.ZodRawShape>(
  measure: SetMeasure<Shape, readonly string[]>,
) {
  const fieldOf = z.object({ field })
  const which = (params: Record<string, unknown>) => fieldOf.parse(params).field
  return register(measure, {
    needs: [],
    params: { field },
    readsResponse: (params) => which(params) === 'response',
    async load(rows, params) {
      const read = which(params)
      const missing = new Map<number, StatusName>()
      const texts: string[] = []
      const at: number[] = []
      rows.forEach((row, position) => {
        const text = textOf(row, read)
        if (text === null || text.trim() === '') {
          missing.set(position, read === 'response' ? 'no_response' : 'empty_instruction')
          return
        }
        at.push(position)
        texts.push(text)
      })
      const members = (chosen: Uint32Array) => Array.from(chosen, (i) => texts[i] as string)
      return { at, missing, record: {}, members }
    },
  })
}

/** Returns the metric of a number over the tags of the rows of a set. */
export function defineTagMeasure<Shape extends z.ZodRawShape>(
  measure: SetMeasure<Shape, readonly (readonly string[])[]>,
) {
  return register(measure, {
    needs: [],
    tags: true,
    params: tagParams,
    readsResponse: () => false,
    async load(rows) {
      const at: number[] = []
      const missing = new Map<number, StatusName>()
      rows.forEach(({ tags }, position) => {
        if (tags) at.push(position)
        else missing.set(position, 'not_applicable')
      })
      const members = (chosen: Uint32Array) =>
        Array.from(chosen, (i) => rows[at[i] as number]?.tags ?? [])
      return { at, missing, record: {}, members }
    },
  })
}

/** Returns the metric of a number over the embedding vectors of a set. */
export function defineVectorMeasure<Shape extends z.ZodRawShape>(
  measure: SetMeasure<Shape, SetVectors>,
) {
  const recipeOf = z.object({ textRecipe })
  const which = (params: Record<string, unknown>) => recipeOf.parse(params).textRecipe
  return register(measure, {
    needs: ['embed'],
    params: { textRecipe },
    readsResponse: (params) => readsResponse(which(params)),
    async load(rows, params, tools) {
      const recipe = which(params)
      const total = differentTexts(rows, recipe)
      const { matrix, d, at, missing, record } = await embedRows(rows, recipe, tools, (done) =>
        tools.progress(done, total),
      )
      const members = (chosen: Uint32Array): SetVectors => {
        const picked = new Float32Array(chosen.length * d)
        chosen.forEach((i, row) => picked.set(matrix.subarray(i * d, (i + 1) * d), row * d))
        return { matrix: picked, n: chosen.length, d }
      }
      return { at, missing, record, members }
    },
  })
}
