import type { z } from 'zod'
import type { ExportFinding, ExportRemedy } from '@/lib/contracts/export'
import type { JsonObject } from '../types'
import type { ExportRow } from './export-row'

/** Rows to be written, handed over in batches. */
export type RowBatches = AsyncIterable<readonly ExportRow[]> | Iterable<readonly ExportRow[]>

/** Texts of a row whose tokens decide whether training cuts it. */
export interface LengthTexts {
  /** What a model reads before it answers. */
  asked: readonly string[]
  /** The answers that it is trained on, each after the same question. */
  answers: readonly string[]
}

/** Counts the tokens of rows by a tokenizer that was chosen. */
export interface LengthCounter {
  /** The tokenizer in words, for findings and recipe. */
  name: string
  /** Returns the tokens of each row with its longest answer; null where they are not counted yet. */
  count(rows: readonly LengthTexts[]): Promise<(number | null)[]>
}

/** What is to be written. */
export interface WriterJob<Options> {
  /** Data set name: [a-z0-9_-]+. */
  name: string
  options: Options
  /** Number of rows that `open` gives. */
  rows: number
  /** Opens the rows from the start, or after some of them: a writer may read them more than once. */
  open(after?: number): RowBatches
  /** Opens them with empty texts, where only keys and kinds of values matter; like `open` where it is left out. */
  openKinds?(): RowBatches
  /** Some rows came as chats. */
  isChat: boolean
  /** How the export came about, for formats that hold it. */
  recipe: JsonObject
  /** Counts tokens where a tokenizer was chosen. */
  counter?: LengthCounter | null
}

/** An export that was checked and is ready to be written. */
export interface PreparedExport {
  rowsKept: number
  /** What forbids the export: what the format cannot hold, with rows and remedy. Nothing may be written then. */
  blocking: ExportFinding[]
  /** Options of the format that let it go on. */
  remedies: ExportRemedy[]
  warnings: ExportFinding[]
  /** Reason -> rows that are left out. */
  droppedByReason: Record<string, number>
  /** null where writing some of the rows tells it. */
  bytesEstimate: number | null
  /**
   * Yields the file piece by piece, each made when it is asked for; the same job gives the same bytes. Ending the
   * generator early ends the reading of rows. After some rows it yields the rest of the file, where the format says `goesOn`.
   */
  write(after?: number): AsyncGenerator<string | Uint8Array>
}

interface WriterText {
  id: string
  label: string
  /** What the format holds and what it cannot, in two or three sentences. */
  description: string
  extension: string
  mediaType: string
  /** Lineage and metrics always go along, in a file beside the rows. */
  hasSidecar?: boolean
  /** Lineage, where it is asked for, names rows and parents by id, so that importing the file gives the links back. */
  hasRowIds?: boolean
  /** Each piece is the rows that were read for it, so a file that was broken off can be continued after any of them. */
  goesOn?: boolean
}

/** One format in which rows are written. */
export interface Writer extends WriterText {
  /** Drawn as fields by the page and as flags by the command line; see `choice` and `toggle` in lib/contracts/options. */
  options: z.ZodObject
  /** Checks the rows for what the format cannot hold. */
  prepare(job: WriterJob<unknown>): Promise<PreparedExport>
}

/** Returns a writer whose `prepare` gets its options parsed. */
export function defineWriter<Options extends z.ZodObject>(
  writer: WriterText & {
    options: Options
    prepare(job: WriterJob<z.infer<Options>>): Promise<PreparedExport> | PreparedExport
  },
): Writer {
  const { options, prepare } = writer
  return {
    ...writer,
    prepare: async (job) => prepare({ ...job, options: options.parse(job.options) }),
  }
}

/** Returns the preparation of a format that holds every row. */
export function everyRow(
  job: WriterJob<unknown>,
  write: (after?: number) => AsyncGenerator<string | Uint8Array>,
  warnings: ExportFinding[] = [],
): PreparedExport {
  return {
    rowsKept: job.rows,
    blocking: [],
    remedies: [],
    warnings,
    droppedByReason: {},
    bytesEstimate: null,
    write,
  }
}

/** Returns a finding about the whole file. */
export function wholeFile(rule: string, message: string): ExportFinding {
  return { rule, message, rows: 0, examples: [], at: [] }
}
