import { z } from 'zod'
import { booleans, numbers, numbersOrNull, texts, textsOrNull } from './fields'
import { columnMappingSchema } from './cell'
import { COLUMN_KINDS, COLUMN_SHAPES } from './column-kinds'
import { importQuestionSchema } from './import-questions'
import { importedColumnsSchema } from './imported-values'
import { keySchema, LIMITS, nameSchema, roundSchema, storedLabelSchema } from './limits'
import { openingSchema, PLAIN_OPENING } from './opening'
import { IMPORT_ALIGN_WAYS, operatorRuleSchema } from './operators'
import { valuesPartSchema } from './values-file'
import { rowSetSchema, runDefinitionSchema, runRecordSchema } from './run'

export const ARM_CLASSES = ['small', 'large', 'other'] as const
export const SCENARIOS = ['evol-instruct', 'autoif', 'auto-evol', 'other'] as const

export const studySummarySchema = z.object({
  ...texts('id', 'name', 'description', 'origin'),
  notice: z.string().nullable(),
  ...numbers('createdAt', 'seedSetCount', 'armCount', 'cellCount', 'rowCount', 'activeJobs'),
  deletedAt: z.number().nullable(),
})
export type StudySummary = z.infer<typeof studySummarySchema>

export const seedSetInfoSchema = z.object({
  ...texts('id', 'key', 'label'),
  slotCount: z.number(),
})
export type SeedSetInfo = z.infer<typeof seedSetInfoSchema>

/** Decoding of an evolver as recorded: temperature, top-p, seed and the like. */
export const decodingSchema = z.record(z.string(), z.union([z.string(), z.number()]))

export const armInfoSchema = z.object({
  ...texts('id', 'key', 'label'),
  armClass: z.enum(ARM_CLASSES),
  scenario: z.enum(SCENARIOS),
  model: z.string().nullable(),
  decoding: decodingSchema.nullable(),
  colorIndex: z.number(),
})
export type ArmInfo = z.infer<typeof armInfoSchema>

/** How far the pinned run of one metric has come in one cell. */
const cellMetricSchema = z.object({
  ...texts('metric', 'runId'),
  ...numbers('total', 'done', 'valued'),
  /** The rows were aligned again, got other operators or show other responses since: the values are those of the older version. */
  isOutdated: z.boolean(),
})

export const cellInfoSchema = z.object({
  ...texts('id', 'seedSetKey'),
  /** null = the seeds. */
  armKey: z.string().nullable(),
  ...numbers('round', 'revision', 'rowCount'),
  fileName: z.string(),
  sourceKind: z.enum(['file', 'evolved']),
  ...texts('sha256', 'format'),
  createdAt: z.number(),
  alignment: z
    .object({
      kind: z.string(),
      ...numbers('matched', 'total', 'version'),
      /** Why rows are not aligned; null when nothing speaks against them. */
      reason: z.string().nullable(),
      /** What was done instead of what was asked for. */
      note: z.string().nullable(),
      /** Rows whose operator is known. */
      operatorRows: z.number(),
    })
    .nullable(),
  responses: z.object({ label: z.string(), present: z.number(), missing: z.number() }).nullable(),
  /** Flag name -> rows. */
  flags: z.record(z.string(), z.number()),
  skipped: z.number(),
  metrics: z.array(cellMetricSchema),
})
export type CellInfo = z.infer<typeof cellInfoSchema>

/** What one row of a column holds. */

/** A column that tables, filters, figures and exports can use; drawn from the metric's own description. */
export const columnInfoSchema = z.object({
  /** `<metric>.<output or variant>`; `@<run id>` may follow in URLs. */
  id: z.string(),
  metric: z.string(),
  /** Measured metric whose run feeds it. */
  fromMetric: z.string(),
  runId: z.string().nullable(),
  ...texts('label', 'shortLabel', 'group'),
  shape: z.enum(COLUMN_SHAPES),
  levels: z.array(z.string()).nullable(),
  unit: z.string(),
  range: z.tuple([z.number(), z.number()]).nullable(),
  direction: z.enum(['higher', 'lower', 'none']),
  ...texts('directionMeans', 'description', 'formula', 'source'),
  ...booleans('isDefault', 'hidden'),
})
export type ColumnInfo = z.infer<typeof columnInfoSchema>

/** A run with its whole provenance card. */
export const runInfoSchema = z.object({
  ...texts('id', 'metric', 'metricLabel', 'definitionHash'),
  metricVersion: z.number(),
  definition: runDefinitionSchema,
  rowSet: rowSetSchema,
  record: runRecordSchema,
  /** What its tokens cost at the present prices of its backend; null where none are known. */
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  backendId: z.string().nullable(),
  pinned: z.boolean(),
  createdAt: z.number(),
  /** Cells that were aligned again, got other operators or show other responses since the run read them. */
  outdatedCells: z.number(),
  /** Names of the response sets that it read. */
  responseSets: z.array(z.string()),
  ...numbers('total', 'done', 'valued'),
})
export type RunInfo = z.infer<typeof runInfoSchema>

export const studyDetailSchema = z.object({
  study: studySummarySchema,
  seedSets: z.array(seedSetInfoSchema),
  arms: z.array(armInfoSchema),
  cells: z.array(cellInfoSchema),
  columns: z.array(columnInfoSchema),
  runs: z.array(runInfoSchema),
  /** What cannot be read of stored files and runs: where it lies and what to do. */
  unreadable: z.array(z.string()),
})
export type StudyDetail = z.infer<typeof studyDetailSchema>

/** What the importer believes of one uploaded file; the user may correct every field before importing. */
export const importPlanSchema = z.object({
  uploadId: nameSchema,
  fileName: z.string().max(LIMITS.path),
  sizeBytes: z.number(),
  sha256: nameSchema,
  format: nameSchema,
  mapping: columnMappingSchema,
  /** How the file is opened, where it does not say it itself. */
  opening: openingSchema.default(PLAIN_OPENING),
  /** Columns that the user chose, to be filtered, sorted and drawn by. */
  columns: importedColumnsSchema.default([]),
  seedSetKey: keySchema,
  seedSetLabel: storedLabelSchema,
  /** null = these are the seeds. */
  armKey: keySchema.nullable(),
  armLabel: storedLabelSchema.nullable(),
  armClass: z.enum(ARM_CLASSES),
  scenario: z.enum(SCENARIOS),
  round: roundSchema,
  /** How rows meet their parents: by position, by id, by the parent's text in the row, not at all. */
  align: z.enum(IMPORT_ALIGN_WAYS),
  /** How the operators of the rows are known. */
  operators: operatorRuleSchema.default('none'),
  skipBadRows: z.boolean(),
  /** Of a file of values with several parts: which belongs to this place, counted from 1. */
  part: z.number().int().min(1).nullable().default(null),
  /** Hash of keys and kinds, equal for files that one mapping fits; null where the file has none. */
  shape: nameSchema.nullable().default(null),
  /** Something had to be decided before the file could be read, so its mapping is no proof for other files. */
  wasAsked: z.boolean().default(false),
  /** Open questions; a plan is imported once the list is empty. A preview under a given mapping asks none. */
  questions: z.array(importQuestionSchema).default([]),
})
export type ImportPlan = z.infer<typeof importPlanSchema>

/** A decision that makes a file readable. */
export const fileRepairSchema = z.object({
  field: z.enum(['encoding', 'unwrap', 'duplicateKeys', 'loneSurrogates']),
  /** The suggested decision; null where the file gives no hint. */
  opening: openingSchema.nullable(),
})
export type FileRepair = z.infer<typeof fileRepairSchema>

/** What becomes of the other files of an import when one fails: they stay, or nothing of it does. */
export const onFailureSchema = z.enum(['keep', 'undo'])
export type OnFailure = z.infer<typeof onFailureSchema>

/** The files of one import. */
export const importRequestSchema = z.object({
  plans: z.array(importPlanSchema).max(LIMITS.plans),
  onFailure: onFailureSchema.default('keep'),
})

/** The mapping that was used last for files of one shape, and where. */
export const rememberedMappingSchema = importPlanSchema
  .pick({ format: true, mapping: true, columns: true, wasAsked: true, fileName: true })
  .extend({ shape: nameSchema, studyName: z.string(), usedAt: z.number() })
export type RememberedMapping = z.infer<typeof rememberedMappingSchema>

/** A column that could be chosen, by the first rows. */
const furtherColumnSchema = z.object({
  column: z.string(),
  kind: z.enum(COLUMN_KINDS),
  /** Why another kind may be meant; null where the guess is plain. */
  doubt: z.string().nullable(),
  /** The first distinct values, each cut. */
  samples: z.array(z.string()),
  ...numbers('distinct', 'rows'),
})
export type FurtherColumn = z.infer<typeof furtherColumnSchema>

export const importPreviewSchema = z.object({
  plan: importPlanSchema,
  /** Keys seen in the first 200 rows, for the mapping controls. */
  keys: z.array(z.string()),
  /** Columns that nothing is mapped to, as far as the first rows show them: what each could be imported as. */
  further: z.array(furtherColumnSchema),
  confidence: z.number(),
  reasons: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Set when the file cannot be imported as it is: where and what to do. */
  error: z
    .object({
      message: z.string(),
      ...numbersOrNull('row', 'byteOffset'),
      /** Only single rows are broken: with `skipBadRows` the rest can be imported. */
      canSkip: z.boolean(),
      /** What the user may decide so that the file can be read. */
      repair: fileRepairSchema.nullable(),
    })
    .nullable(),
  /** The same content (SHA-256) is in this study already. */
  duplicateOf: z.object({ cellId: z.string(), label: z.string() }).nullable(),
  /** What a file of values without rows holds; its plan's place names the file whose rows they are. Null for files of rows. */
  values: z.array(valuesPartSchema).nullable(),
  /** False when the names of other files say where they belong and this one's does not: choose a place first. */
  isPlaced: z.boolean(),
  /** The mapping of the last import of this shape, where it differs from the one detected; `isApplied` = it is in the plan. */
  remembered: rememberedMappingSchema.extend({ isApplied: z.boolean() }).nullable(),
  /** Rows that can be read; null where only the head of the file was looked at. */
  rowCount: z.number().nullable(),
  /** First 20 rows as they would be stored. */
  rows: z.array(
    z.object({
      index: z.number(),
      instruction: z.string(),
      ...textsOrNull('input', 'output'),
      flags: z.array(z.string()),
    }),
  ),
})
export type ImportPreview = z.infer<typeof importPreviewSchema>
