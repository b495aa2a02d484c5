import type { z } from 'zod'
import type {
  Capability,
  ChatMessage,
  EmbedReply,
  GenerateReply,
  GenerateRequest,
  ModelIdentity,
  RewardPair,
} from '@/lib/backends/types'
import type { CheckCase, CheckOutcome } from '@/lib/contracts/experiment'
import type { CodedValue, ColumnShape } from '@/lib/contracts/column-kinds'
import type { SetOutput } from '@/lib/contracts/measure'
import type { StatusName } from '@/lib/contracts/status'

/**
 * One row as a metric sees it. `index` is its position in the cell. In a chat of several turns a metric that reads
 * responses gets the last pair, any other the first user message.
 */
export interface MetricRow {
  index: number
  instruction: string
  input: string | null
  /** Text of the response set that the run names; null when there is none. */
  response: string | null
  /** Set only for metrics that declare `inputs.parent`; null when the alignment has no parent for the row. */
  parent: { instruction: string; input: string | null } | null
  /** The seed it descends from; set only for metrics that declare `inputs.seed`, null when it is not in the study. */
  seed?: { instruction: string; input: string | null } | null
  operator: string | null
  /** Its tags in a column; set only for metrics that declare `inputs.tags`, null when it has none there. */
  tags?: readonly string[] | null
  /** The row that it is compared with; set only for metrics that declare `inputs.partner`, null when there is none. */
  partner?: MetricRow | null
  /** Why the evolver stopped, as the file says it; set only for metrics that declare `inputs.finishReason`. */
  finishReason?: string | null
  /** Sources of the functions that check its response; set only for metrics that declare `inputs.checkers`. */
  checkers?: readonly string[]
  /** Prompt id -> hash of the texts that the row's cell was evolved with, where that is recorded. */
  promptHashes?: Readonly<Record<string, string>>
}

/** One declared output: table columns, filters, axes and export headers are drawn from it. */
export interface OutputSpec {
  key: string
  label: string
  /**
   * `enum` stores 1-based ordinals into `levels`; `rowRef` a row index of the same cell; `vector` has `length` entries;
   * the others store 1-based numbers of the column's distinct values, which the study keeps.
   */
  shape: ColumnShape
  dtype: 'f64' | 'f32'
  length?: number
  levels?: readonly string[]
  /** The distinct values of a category that the metric knows beforehand; without them the study keeps those that come. */
  words?: readonly string[]
  unit: string
  range?: readonly [number, number]
  /** Which direction reads as harder, better, more diverse; shown in the header. */
  direction: 'higher' | 'lower' | 'none'
  directionMeans: string
  description: string
  /** Hidden outputs are kept for derivation and never offered as a column by default. */
  hidden?: boolean
  /** Values of a cell whose rows are not known: only figures of the whole cell may read them. Always hidden. */
  isPool?: boolean
  /** Chosen by the user by name, so it is shown at once although it has no direction. */
  isChosen?: boolean
}

/** What a row-scope metric returns for one row. A value counts only under a status that carries one. */
export interface RowResult {
  index: number
  status: StatusName
  /** Output key -> number, or an array for a vector; null or absent = missing. */
  values: Record<string, number | readonly number[] | null>
  /** Output key -> the value itself, where the column stores numbers of its distinct values: the run numbers it. */
  coded?: Record<string, CodedValue>
  /** Output key -> its own status where it differs from the row's. */
  statuses?: Record<string, StatusName>
  /** Kept as the row's detail: the reply, tokens with log-probabilities, error message. JSON-serialisable. */
  detail?: Record<string, unknown>
}

/** Whole columns that a cell-scope metric returns; arrays have one entry a row (vector outputs: length entries a row). */
export interface CellResult {
  columns: Record<string, { values: Float64Array; status: Uint8Array }>
  /** Output key -> the values themselves, where the column stores numbers of its distinct values: the run numbers them. */
  coded?: Record<string, readonly (CodedValue | null)[]>
  /** Aggregates for the record of the run (norms, counts). */
  record: Record<string, unknown>
}

/** A tag of a column and how many rows of the study have it. */
export interface TagWord {
  word: string
  rows: number
}

/** Where a computation that takes minutes leaves what it has found, so that one that was killed goes on. */
export interface KeptProgress {
  /** Returns what was left last, null where there is nothing. */
  read(): Uint8Array | null
  /** Replaces it as a whole. */
  write(bytes: Uint8Array): void
}

/** Backend calls as a metric sees them: cached, retried and limited by the caller. Absent when the backend lacks it. */
export interface MetricTools {
  identity: ModelIdentity
  generate?(request: GenerateRequest): Promise<GenerateReply>
  scoreTokens?(sequences: readonly Int32Array[]): Promise<Float32Array[]>
  tokenize?(texts: readonly string[], addSpecial: boolean): Promise<Int32Array[]>
  embed?(texts: readonly string[]): Promise<EmbedReply>
  reward?(pairs: readonly RewardPair[]): Promise<number[]>
  /** Text of each id alone; for showing tokens, never for numbers. */
  tokenTexts?(ids: Int32Array): Promise<string[]>
  /** Ids of conversations under the model's own chat template; see BackendSession. */
  chatIds?(conversations: readonly (readonly ChatMessage[])[], open: boolean): Promise<Int32Array[]>
  /** Runs checking functions apart from everything else: a line for each. Absent while that is turned off. */
  runChecks?(functions: readonly string[], cases: readonly CheckCase[]): Promise<CheckOutcome[][]>
  /** Tags of the column that the parameter `tags` names, over all files of the study, with the rows that have each. */
  tagWords?(): readonly TagWord[]
  /** Where a long computation of a cell leaves what it has; absent where nothing is kept. */
  kept?: KeptProgress
  /** Reports finished units of `total` inside a cell-scope metric. */
  progress(done: number, total: number): void
  signal: AbortSignal
}

/** A prompt that a metric sends: its text is hashed into the definition and shown on the card. */
export interface PromptUse {
  id: string
  version: string
  hash: string
  text: string
}

export interface MetricExample {
  name: string
  /** Runs the metric on the example; the registry test compares with `expected` to 1e-9. */
  run(): Promise<Record<string, number | string | null>> | Record<string, number | string | null>
  expected: Record<string, number | string | null>
}

/** What every metric states of itself. */
export interface MetricBase {
  id: string
  version: number
  label: string
  /** One sentence. */
  description: string
  formula: string
  /** Paper and equation, or script. */
  source: string
  examples: readonly MetricExample[]
}

/**
 * Which cell of the same seed set is meant: its seeds, the same evolver a round before, or another evolver; or the cell
 * itself with another set of responses.
 */
export interface OtherCellChoice {
  relation: 'seeds' | 'previous' | 'arm' | 'responses'
  /** Key of the arm where the relation names one. */
  arm: string
  /** Its round; the same one where it is left out. */
  round?: number
  /** Name or id of the other set of responses. */
  set?: string
}

/** The rows of another cell, without any where there is no such cell. */
export interface OtherCell {
  /** Id of the cell; null where there is none. */
  id: string | null
  name: string | null
  rows: readonly MetricRow[]
  /** Why there are none. */
  reason: string | null
}

export interface MeasuredMetric<P = unknown> extends MetricBase {
  kind: 'measured'
  /** Values come with imported files (lib/contracts/imported-values.ts) and are never computed here. */
  isImported?: boolean
  scope: 'row' | 'cell'
  needs: readonly Capability[]
  /** Capabilities that a choice of parameters adds to `needs`; read through `needsOf`. */
  needsFor?(params: P): readonly Capability[]
  /** `seed` goes with `parent`: the alignment that gives the row its parent leads to its seed. */
  inputs: {
    response: boolean
    parent: boolean
    seed?: boolean
    finishReason?: boolean
    checkers?: boolean
    /** Tags of the column that the parameter `tags` names; it is settled before parameters are hashed. */
    tags?: boolean
    /** The row at the same seed of the cell that `otherCell` names. */
    partner?: boolean
  }
  /** Inputs where they depend on the parameters; read through `withParams`. */
  inputsFor?(params: P): MeasuredMetric['inputs']
  /** Computed only when asked for by name; never counted as missing. */
  onDemand?: boolean
  /**
   * Parts of a metric that are things of their own (rubrics): runs whose instance differs are different columns. The key
   * is lower-case letters and digits; null = the metric itself.
   */
  instanceOf?(params: P): { key: string; label: string } | null
  /** Settles parameters that depend on what the backend can do, before they become part of the definition. */
  settle?(params: P, can: (capability: Capability) => boolean): P
  /** Measures of a set (sets/define.ts): numbers of the whole cell, which lie in the run's record and not in columns. */
  set?: {
    outputs: readonly SetOutput[]
    /** The numbers of one set of texts or vectors. */
    numbers(members: unknown, params: unknown): Promise<Record<string, number | null>>
  }
  /** Settles parameters that depend on how many rows the chosen cells have, before they are hashed. */
  settleSizes?(params: P, sizes: readonly number[]): P
  /** Settles parameters that depend on the versions of prompts with which the chosen cells were evolved, before they are hashed. */
  settleRecorded?(params: P, recorded: readonly { id: string; text: string }[]): P
  /** Every field has a default and `.describe()`. */
  params: z.ZodType<P>
  outputs: readonly OutputSpec[]
  /** Outputs where they depend on the parameters (length of a vector); read through `outputsOf`. */
  outputsFor?(params: P): readonly OutputSpec[]
  prompts(params: P): readonly PromptUse[]
  /** Rows per batch handed to computeBatch, with its reason beside the constant. */
  batchRows: number
  /** Row scope. Never throws for one bad row: it returns a status. Throws AppError only when the backend itself is gone. */
  computeBatch?(rows: readonly MetricRow[], params: P, tools: MetricTools): Promise<RowResult[]>
  /** Cell scope. */
  computeCell?(
    rows: readonly MetricRow[],
    params: P,
    tools: MetricTools,
    other?: OtherCell,
  ): Promise<CellResult>
  /**
   * The cell that this one is compared with; its rows reach `computeCell` as `other`, or each row of a row-scope metric
   * as `partner`.
   */
  otherCell?(params: P): OtherCellChoice
}

/** A column as derivation sees it: one entry a row (vectors: `length` a row). */
export interface ColumnView {
  values: Float64Array | Float32Array
  status: Uint8Array
}

export interface DerivedVariant {
  key: string
  label: string
  description: string
  output: OutputSpec
}

export interface DerivedMetric extends MetricBase {
  kind: 'derived'
  /** Measured metric whose columns it reads. */
  from: string
  /** Output keys of `from` that it reads. */
  reads: readonly string[]
  /** The first is the default. */
  variants: readonly DerivedVariant[]
  /** Pure: fills values and status of n rows. */
  derive(
    columns: Record<string, ColumnView>,
    variant: string,
    n: number,
  ): {
    values: Float64Array
    status: Uint8Array
  }
}

/** The texts that a row has of its own. */
export type RowText = 'instruction' | 'input' | 'response'

export interface TextVariant extends DerivedVariant {
  /** Pure: the value of one row; a text that the row does not have is empty. */
  measure(texts: Record<RowText, string>): number
}

/** A metric that is derived from a row's own texts when it is read, without any run. */
export interface TextMetric extends MetricBase {
  kind: 'text'
  /** Texts that it reads; a row without a response is `no_response` where it reads that. */
  reads: readonly RowText[]
  /** The first is the default. */
  variants: readonly TextVariant[]
}

export type Metric = MeasuredMetric | DerivedMetric | TextMetric

/** Types a metric's definition; the registry holds them all as Metric. */
export function defineMetric<P>(metric: MeasuredMetric<P> | DerivedMetric | TextMetric): Metric {
  return metric as unknown as Metric
}
