import { z } from 'zod'
import { numbersOrNull, texts } from './fields'
import { STATUSES } from './status'

/** One number of a measure of a set: how it is labelled and read. */
export const setOutputSchema = z.object({
  ...texts('key', 'label', 'unit'),
  direction: z.enum(['higher', 'lower', 'none']),
  ...texts('directionMeans', 'description'),
})
export type SetOutput = z.infer<typeof setOutputSchema>

const reason = z.enum(STATUSES.map(({ name }) => name)).nullable()

/** One number of one cell. A number that is not there is null and has a reason. */
export const setValueSchema = z.object({
  /** Mean over the draws of n. */
  mean: z.number().nullable(),
  /** Standard deviation over the draws (divisor: draws minus 1); null where there is a single draw. */
  sd: z.number().nullable(),
  ...numbersOrNull('min', 'max'),
  /** Why there is no mean. */
  reason,
  /** The number over everything that the cell has, at `size`. */
  whole: z.number().nullable(),
  wholeReason: reason,
})
export type SetValue = z.infer<typeof setValueSchema>

/** What a run records of one cell. */
export const setRecordSchema = z.object({
  /** Members of each draw; null = all of them. */
  n: z.number().nullable(),
  /** Draws that were made: one where the cell holds no more than n. */
  draws: z.number(),
  /** Rows of the cell that have what is measured. */
  size: z.number(),
  values: z.record(z.string(), setValueSchema),
})
export type SetRecord = z.infer<typeof setRecordSchema>

/** One cell of a run. */
const setCellSchema = z.object({
  ...texts('cellId', 'seedSetKey', 'seedSet', 'arm'),
  armKey: z.string().nullable(),
  round: z.number(),
  /** Rows that the run covers. */
  rows: z.number(),
  /** Null while the cell is not computed. */
  record: setRecordSchema.nullable(),
})
export type SetCell = z.infer<typeof setCellSchema>

/** A run of a measure of a set with its number for each cell. */
export const setRunSchema = z.object({
  ...texts('runId', 'metric', 'label', 'definitionHash'),
  /** Whether figures show this run. */
  pinned: z.boolean(),
  /** Whether it is over a subset: a filter or a sample of the seeds. */
  isSubset: z.boolean(),
  params: z.record(z.string(), z.unknown()),
  outputs: z.array(setOutputSchema),
  cells: z.array(setCellSchema),
})
export type SetRun = z.infer<typeof setRunSchema>

/** Returns one number of a cell as the fields of a table: what was drawn, mean and spread, and that of the whole cell. */
export function setFields(record: SetRecord | null, key: string) {
  const value = record?.values[key]
  return {
    n: record?.n ?? null,
    draws: record?.draws ?? null,
    mean: value?.mean ?? null,
    sd: value?.sd ?? null,
    min: value?.min ?? null,
    max: value?.max ?? null,
    reason: value ? value.reason : 'not_run',
    size: record?.size ?? null,
    whole: value?.whole ?? null,
    wholeReason: value ? value.wholeReason : 'not_run',
  }
}
