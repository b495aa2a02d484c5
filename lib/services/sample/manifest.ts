import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { texts, textsOrNull } from '@/lib/contracts/fields'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { chosenSeedsSchema, ITEM_STATUSES, planSchema } from '@/lib/contracts/experiment'
import { ARM_CLASSES, SCENARIOS } from '@/lib/contracts/study'
import { importedColumnsSchema } from '@/lib/contracts/imported-values'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { AppError } from '@/lib/errors'

/** An experiment as its study kept it; files are named as they lie beside the manifest. */
const sampleExperimentSchema = z.object({
  /** Items of its stages, one JSON line each. */
  ...texts('file', 'sha256'),
  plan: planSchema,
  seeds: z.array(chosenSeedsSchema),
  models: z.record(z.string(), z.string()),
  createdAt: z.number(),
  stages: z.array(
    z.object({
      ...texts('arm', 'stage'),
      definition: plainObjectSchema.nullable(),
      attempt: z.number().int(),
      total: z.number().int().nullable(),
      cells: z.array(z.string()),
      doneAt: z.number().nullable(),
    }),
  ),
})
export type SampleExperiment = z.infer<typeof sampleExperimentSchema>

/** One item of a stage. */
export const sampleItemSchema = z.object({
  ...texts('arm', 'stage', 'key', 'inputHash'),
  position: z.number().int(),
  status: z.enum(ITEM_STATUSES),
  ...textsOrNull('reason', 'raw', 'message', 'finishReason'),
  attempt: z.number().int(),
  value: z.json(),
})
export type SampleItem = z.infer<typeof sampleItemSchema>

const responsesSchema = z.object({ label: z.string(), definition: plainObjectSchema })

/** What `public/sample/sample.json` says of the data files beside it. */
export const sampleManifestSchema = z.object({
  ...texts('name', 'description'),
  /** Shown on every page of the study: what the data is worth. */
  notice: z.string(),
  /** The command that remakes the files. */
  madeBy: z.string(),
  /** ModelIdentity of the evolver and response writer. */
  model: z.record(z.string(), z.unknown()),
  /** A set without a file holds rows that descend from no seed. */
  seedSets: z.array(z.object({ ...texts('key', 'label'), file: z.string().nullable() })),
  arms: z.array(
    z.object({
      ...texts('key', 'label'),
      armClass: z.enum(ARM_CLASSES),
      scenario: z.enum(SCENARIOS).default('evol-instruct'),
      decoding: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
  rounds: z.number().int(),
  order: z.array(z.string()),
  prompts: z.array(z.object({ id: z.string(), version: z.string(), hash: z.string() })),
  responses: responsesSchema,
  /** Every data file with its SHA-256. */
  files: z.array(
    z.object({
      ...texts('file', 'sha256', 'seedSet'),
      arm: z.string().nullable(),
      round: z.number().int(),
      rows: z.number().int(),
      /** What decided the rows, where it is more than the manifest says of all; without ids. */
      definition: plainObjectSchema.exactOptional(),
      responses: responsesSchema.exactOptional(),
      columns: importedColumnsSchema.exactOptional(),
    }),
  ),
  experiments: z.array(sampleExperimentSchema).default([]),
})
export type SampleManifest = z.infer<typeof sampleManifestSchema>

/** One line of a sample file. */
export const sampleRowSchema = z.object({
  ...texts('id', 'instruction'),
  ...textsOrNull('input', 'output', 'response_finish_reason', 'operator'),
  /** Row of the parent file; null for seeds. */
  parent: z.number().int().nullable(),
  finish_reason: z.string().nullable(),
  /** What else the row keeps: methods, plan, checking functions. */
  extra: plainObjectSchema.exactOptional(),
})
export type SampleRow = z.infer<typeof sampleRowSchema>

/** Returns the folder of the sample's files, found from the working folder of the app. */
export function sampleFolder(): string {
  return path.join(process.cwd(), 'public', 'sample')
}

/** Returns the parsed manifest; throws `not_found` when the sample was never made. */
export function readManifest(folder = sampleFolder()): SampleManifest {
  const file = path.join(folder, 'sample.json')
  if (!fs.existsSync(file)) {
    throw new AppError(
      'not_found',
      `The sample study is not there (${file}). Make it with: npm run evolens -- sample remake`,
    )
  }
  return sampleManifestSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
}

/** Returns the lines of a file beside the manifest as a schema reads them, in order. */
export function readSampleLines<T>(
  file: string,
  schema: z.ZodType<T>,
  folder = sampleFolder(),
): T[] {
  const text = fs.readFileSync(path.join(folder, path.basename(file)), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}

/** Writes values as lines of JSON beside the manifest and returns the SHA-256 of the file. */
export function writeSampleLines(
  file: string,
  lines: readonly unknown[],
  folder = sampleFolder(),
): string {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  fs.writeFileSync(path.join(folder, file), text)
  return createHash('sha256').update(text).digest('hex')
}

/** Returns the rows of one sample file in order. */
export function readSampleRows(file: string, folder = sampleFolder()): SampleRow[] {
  return readSampleLines(file, sampleRowSchema, folder)
}

const sampleMetricsSchema = z.object({
  metrics: z.array(
    computeRequestSchema.shape.metrics.element.extend({
      /** Rounds whose values are not recorded, so that a first start has something to compute. */
      leaveRounds: z.array(z.number().int()).default([]),
    }),
  ),
})
export type SampleMetric = z.infer<typeof sampleMetricsSchema>['metrics'][number]

/** Returns the metrics that the sample has values of, with parameters that suit its small model. */
export function readSampleMetrics(folder = sampleFolder()): SampleMetric[] {
  const text = fs.readFileSync(path.join(folder, 'compute.json'), 'utf8')
  return sampleMetricsSchema.parse(JSON.parse(text)).metrics
}

/** Returns the name of a cell's sample file without its ending; recorded values know the cell by it. */
export function sampleCellName(cell: {
  seedSetKey: string
  armKey: string | null
  round: number
}): string {
  const { seedSetKey, armKey, round } = cell
  return armKey === null ? `${seedSetKey}-seeds` : `${seedSetKey}-iter${round}-${armKey}`
}
