import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import {
  rowSetSchema,
  runDefinitionSchema,
  runRecordSchema,
  type RunRecord,
} from '@/lib/contracts/run'
import { STATUSES, type StatusName } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { getMeasured, parseParams } from '@/lib/metrics'
import { promptCard } from '@/lib/prompts/prompt'
import { readManifest, readSampleLines, readSampleMetrics, sampleFolder } from './manifest'

const FILE = 'values.json'

/** The command that records the sample's values; named on cards and in failing tests. */
export const RECORD_COMMAND = 'npm run evolens -- sample record'

const statusName = z.enum(STATUSES.map((status) => status.name) as [StatusName, ...StatusName[]])
const numberOrNull = z.number().nullable()

/** One row of a recorded run: what its metric returned for it. Numbers are the shortest text that reads back as the same float. */
const recordedRowSchema = z.object({
  /** Name of the sample file that holds the row, without its ending. */
  cell: z.string(),
  index: z.number().int().min(0),
  status: statusName,
  values: z.record(z.string(), z.union([numberOrNull, z.array(numberOrNull)])),
  statuses: z.record(z.string(), statusName).optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
})
export type RecordedRow = z.infer<typeof recordedRowSchema>

const recordedRunSchema = z.object({
  /** Rows, one JSON line each. */
  file: z.string(),
  sha256: z.string(),
  /** When it was recorded, in milliseconds since the epoch. */
  at: z.number(),
  definition: runDefinitionSchema,
  rowSet: rowSetSchema,
  /** As the run's card had it, with cells named by their sample file. */
  record: runRecordSchema,
  backendId: z.string().nullable(),
  createdAt: z.number(),
  cells: z.array(z.object({ cell: z.string(), finishedAt: z.number() })),
})
export type RecordedRun = z.infer<typeof recordedRunSchema>

/** What `public/sample/values.json` says of the recorded runs beside it. */
const recordedValuesSchema = z.object({
  /** The command that records the values. */
  madeBy: z.string(),
  /** Name of each data file that was measured, with its SHA-256 then. */
  files: z.record(z.string(), z.string()),
  runs: z.array(recordedRunSchema),
})
export type RecordedValues = z.infer<typeof recordedValuesSchema>

/** Returns the recorded runs of the sample, or null when none were recorded. */
export function readValues(folder = sampleFolder()): RecordedValues | null {
  const file = path.join(folder, FILE)
  if (!fs.existsSync(file)) return null
  return recordedValuesSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
}

/** Returns the rows of a recorded run in order. */
export function readRecordedRows(run: RecordedRun, folder = sampleFolder()): RecordedRow[] {
  return readSampleLines(run.file, recordedRowSchema, folder)
}

/** Writes the list of recorded runs. */
export function writeValues(values: RecordedValues, folder = sampleFolder()): void {
  fs.writeFileSync(path.join(folder, FILE), `${JSON.stringify(values, null, 2)}\n`)
}

/**
 * Returns why a recorded definition is no longer what this version makes for the parameters that the sample asks for, or
 * null when it is. The model is compared where it can be opened.
 */
export function outdatedBecause(
  { definition }: RecordedRun,
  wanted: { params: Record<string, unknown> },
): string | null {
  const metric = getMeasured(definition.metric)
  if (metric.version !== definition.metricVersion) {
    return `${metric.label} is at version ${metric.version}, the values are of version ${definition.metricVersion}`
  }
  const asked = parseParams(metric, wanted.params)
  const params = metric.settle?.(asked, () => true) ?? asked
  const differs = (a: unknown, b: unknown) => canonicalJson(a) !== canonicalJson(b)
  if (differs(params, definition.params)) return `${metric.label} has other parameters now`
  if (differs(metric.prompts(params).map(promptCard), definition.prompts)) {
    return `${metric.label} has another prompt now`
  }
  return null
}

/** Returns the SHA-256 of each data file, by its name without the ending. */
export function hashesOfData(folder: string): Record<string, string> {
  const { files } = readManifest(folder)
  return Object.fromEntries(files.map(({ file, sha256 }) => [path.parse(file).name, sha256]))
}

/**
 * Returns the recorded runs that are of the data that is there and of the definition that this version makes. Files that came
 * later have no values in them.
 */
export function validRuns(folder = sampleFolder()): RecordedRun[] {
  const values = readValues(folder)
  if (!values) return []
  const hashes = hashesOfData(folder)
  const wanted = readSampleMetrics(folder)
  return values.runs.filter((run) => {
    const asked = wanted.find(({ metric }) => metric === run.definition.metric)
    const isOfData = run.cells.every(({ cell }) => values.files[cell] === hashes[cell])
    return isOfData && asked !== undefined && outdatedBecause(run, asked) === null
  })
}

/** Returns the record with cells named by `name` in place of their keys; throws `data_error` for a cell that is not there. */
export function renameCells(
  record: RunRecord,
  name: (key: string) => string | undefined,
): RunRecord {
  const notes = Object.entries(record.notes).map(([key, note]): [string, unknown] => {
    const renamed = name(key)
    if (renamed === undefined) {
      throw new AppError('data_error', `The sample's values name a cell that is not there: ${key}.`)
    }
    return [renamed, note]
  })
  return { ...record, notes: Object.fromEntries(notes) }
}
