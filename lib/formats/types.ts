import type { ChatRole } from '@/lib/contracts/cell'
import type { ImportedValueSpec } from '@/lib/contracts/imported-values'
import type { Encoding } from '@/lib/contracts/opening'
import type { ValuesFormatId } from '@/lib/contracts/values-file'
import type { FormatError } from './format-error'

export type { ChatRole }

/**
 * JSON as it stood in the file. Read objects with Object.hasOwn or Object.keys and never assign a file's key to an
 * ordinary object: `__proto__` and `constructor` are ordinary keys here.
 */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** The canonical row that every format reads into. Text is never trimmed or normalised. */
export interface CanonicalRow {
  /** 0-based position in the file. */
  index: number
  instruction: string
  /** null and "" differ and survive a round trip. */
  input: string | null
  /** Response; null when absent or null. */
  output: string | null
  system: string | null
  /** [user, assistant] pairs before the last turn. */
  history: [string, string][] | null
  /** Original chat array, kept for export. */
  messages: JsonValue[] | null
  tools: JsonValue | null
  /** Id column chosen by the mapping, as its literal text. */
  externalId: string | null
  /** All other keys with their original values, in order. */
  extra: JsonObject | null
  /** Keys present in the source object, in order, so that an export can rebuild it. */
  keys: string[]
  flags: RowFlag[]
  /**
   * JSON pointer into the source object -> number as written, where a double cannot hold it or would be printed differently:
   * integers beyond 2^53 (their value here is the text itself), more than 17 digits, -0, 1.0, 1e5, NaN, Infinity (value null).
   */
  literals?: Literals
  /** Parts of the row that hold no text, each with its place and type; for the preview and the report, not stored. */
  remarks?: string[]
}

export type Literals = Readonly<Record<string, string>>

export const ROW_FLAGS = [
  'input_missing',
  'no_response',
  'multi_turn',
  'non_text_content',
  'lone_surrogate_replaced',
  'nonfinite_number',
  'multimodal',
  'rejected_response',
  'preference',
  'unknown_role',
  'repeated_key_dropped',
] as const
export type RowFlag = (typeof ROW_FLAGS)[number]

/** How the messages of a chat are spelled where the usual names do not say it. */
export interface ChatTags {
  /** Key that names the speaker; null: one of the usual keys. */
  role: string | null
  /** Key that holds the text; null: one of the usual keys. */
  content: string | null
  /** Speaker as written in the file -> who that is; before the usual names. */
  roles: Readonly<Record<string, ChatRole>>
}

/**
 * Which source key fills which canonical field; null leaves the field empty. Text fields also take a place inside a column:
 * `responses[0]`, `instances[0].output`.
 */
export interface ColumnMapping {
  instruction: string | null
  input: string | null
  output: string | null
  system: string | null
  history: string | null
  messages: string | null
  tools: string | null
  id: string | null
  /** Text that the row was made from; stays in `extra`. Absent in cells imported before it existed, like the next two. */
  parent?: string | null | undefined
  /** True or false: whether the response is a good one; stays in `extra`. */
  label?: string | null | undefined
  tags?: ChatTags | null | undefined
}

export const CONTAINERS = ['json-array', 'jsonl', 'csv', 'parquet', 'concatenated'] as const
export type ContainerKind = (typeof CONTAINERS)[number]

/** How a whole file is packed. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** How the rows lie in the file. */
export interface ContainerSpec {
  kind: ContainerKind
  encoding: Encoding
  compression: Compression
  /** Key of the only array property when the array is wrapped in one object; needs `unwrap`. */
  wrapKey: string | null
  /** CSV only. */
  delimiter: string | null
  /** What was noticed while opening, for the import report. */
  notes: string[]
}

/** A file on disk, or bytes that can be opened again (a preview and an import read them twice). */
export type Source =
  | { path: string; name?: string }
  | { name: string; open(): AsyncIterable<Uint8Array> }

/** Size and time stamp of a file, to notice that it changed between two readings. */
export interface FileStamp {
  sizeBytes: number
  modifiedMs: number
}

export interface ReadOptions {
  /** Overrides the detected encoding. */
  encoding?: Encoding
  /** Reads the array inside an object that has one property. Default false: such a file is an error that says so. */
  unwrap?: boolean
  /** Default `error`. `last` keeps the last value of a repeated key. */
  duplicateKeys?: 'error' | 'last'
  /** Default `error`. `replace` puts U+FFFD and flags the row. */
  loneSurrogates?: 'error' | 'replace'
  /** Default `keep`: SQLite stores text by length. */
  nul?: 'keep' | 'error'
  /** Default 16 MiB. */
  maxRowBytes?: number
  /** Default 64. */
  maxDepth?: number
  /** Distinct top-level keys over all rows; default 256. */
  maxKeys?: number
  /** Unpacked bytes of a compressed file; default 64 GiB. */
  maxUnpackedBytes?: number
  /** Rows handed over at a time, default 500. */
  batchRows?: number
  /** Called with every chunk of the original file, in order: for progress and for hashing. */
  onBytes?: (chunk: Uint8Array) => void
  /** Called once for each remark about the file (byte-order mark, look-alike keys). */
  onNote?: (note: string) => void
  /** The file as it was when it was inspected; reading a different one is an error. */
  expect?: FileStamp
  signal?: AbortSignal
}

/** One element as parsed; `error` is set instead of a value when the row alone is broken. */
export interface RawRow {
  /** 1-based element or data row. */
  rowNumber: number
  /** 1-based line of the file (JSONL and CSV), else null. */
  line: number | null
  /** 0-based position of the row's first byte in the original file (unpacked, for packed files). */
  byteOffset: number
  value: JsonValue
  /** Keys of the value in file order when it is an object; the same array for rows with the same keys. */
  keys: readonly string[]
  literals: Literals | null
  flags: readonly RowFlag[]
  error: FormatError | null
}

export type ReadRow =
  | { ok: true; row: CanonicalRow; byteOffset: number }
  | { ok: false; index: number; byteOffset: number; error: FormatError }

/** Options of readRows. */
export interface ReadRowsOptions extends ReadOptions {
  /** Yields broken rows instead of throwing the first one; the indexes of the others stay. Default false. */
  skipBadRows?: boolean
}

export const FORMAT_IDS = [
  'alpaca',
  'sharegpt',
  'openai-messages',
  'chat-texts',
  'generic',
] as const
export type FormatId = (typeof FORMAT_IDS)[number]

/** What detection sees: the parsed head of the file. */
export interface HeadInfo {
  fileName: string
  container: ContainerKind
  /** Values of the first rows (at most 200) that could be parsed. */
  values: readonly JsonValue[]
  /** The objects among them. */
  objects: readonly JsonObject[]
  /** Distinct keys in order of appearance. */
  keys: readonly string[]
}

export interface DetectionIssue {
  /** `refuse`: nothing can be imported; `ask`: the user decides; `warn`: shown. */
  severity: 'refuse' | 'ask' | 'warn'
  code: string
  message: string
  /** For `ask`: what looks right, to be merged into the mapping; absent where nothing does. */
  suggestion?: MappingSuggestion
}

/** A change of format and mapping that answers a question. */
export interface MappingSuggestion {
  format?: FormatId
  mapping: Partial<ColumnMapping>
}

export interface Detection {
  /** null when the file is refused. */
  formatId: FormatId | null
  /** Set for a file of values without rows, which no row format reads. */
  values?: ValuesFormatId
  label: string
  /** Share of the head rows that fit, 0 to 1; 0 when refused. */
  confidence: number
  mapping: ColumnMapping
  /** Number columns that hold results of other tools. */
  importedValues: ImportedValueSpec[]
  /** Keys seen in the head and places of texts inside them, for the mapping controls. */
  keys: string[]
  reasons: string[]
  issues: DetectionIssue[]
}

/** One row format: recognises heads, reads a value into the canonical row. */
export interface FormatDefinition {
  id: FormatId
  label: string
  /** One sentence, shown beside the choice. */
  description: string
  /** Formats of one family may stand in one file: their reader takes every spelling. */
  family: 'flat' | 'chat'
  /** True when the object has the keys that make this format. */
  fits(value: JsonObject): boolean
  mapping(head: HeadInfo): ColumnMapping
  /**
   * Returns the row, or a RowProblem when a mapped key has the wrong type. Keys outside the mapping go to `extra`.
   */
  toCanonical(source: RowSource, mapping: ColumnMapping): CanonicalRow | RowProblem
}

/** A parsed row, before a format makes its canonical form of it. */
export interface RowSource {
  index: number
  value: JsonObject
  keys: readonly string[]
  literals: Literals | null
  flags: readonly RowFlag[]
}

/** Why a row does not fit its format. */
export class RowProblem {
  constructor(
    readonly reason: string,
    readonly expected: string,
    /** Speakers that are not known, with who they seem to be. */
    readonly unknownRoles: Readonly<Record<string, ChatRole>> | null = null,
  ) {}
}

/** A file that is recognised and not imported, with a message that says what it is and what to do. */
export interface Recogniser {
  id: string
  matches(head: HeadInfo): boolean
  message: string
}

/** Types a row format. */
export function defineFormat(format: FormatDefinition): FormatDefinition {
  return format
}

/** Types a recogniser of files that are not imported as rows. */
export function defineRecogniser(recogniser: Recogniser): Recogniser {
  return recogniser
}

/** Returns the mapping that fills nothing. */
export function emptyMapping(): ColumnMapping {
  return {
    instruction: null,
    input: null,
    output: null,
    system: null,
    history: null,
    messages: null,
    tools: null,
    id: null,
    parent: null,
    label: null,
  }
}
