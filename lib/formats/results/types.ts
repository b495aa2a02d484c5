import type { ResultFacts, ResultItem, ResultUnit } from '@/lib/contracts/results'
import type { FileView } from './fields'

/** A result as a reader finds it: the model is null where the file names none. */
export interface ReadResult extends Omit<ResultFacts, 'model'> {
  model: string | null
  /** Outcomes of single items; null where the file has none. */
  items: ResultItem[] | null
}

/** What the user says of a file that does not say it itself. */
export interface ReadingOptions {
  /** Unit of a table without a unit column. */
  unit: ResultUnit | null
}

/** A line of a JSON lines file. */
export interface JsonLine {
  value: unknown
  /** Counted from 1. */
  line: number
}

/** A line of a table. */
export interface TableLine {
  cells: Readonly<Record<string, string>>
  line: number
}

interface Described {
  id: string
  /** Kind of tool that writes it; model names are remembered for it. */
  family: string
  label: string
  /** What its files are called and hold, for the message about a file that none fits. */
  expects: string
}

/** Reads one kind of result file. `fits` looks at what is parsed already; `read` gives every number in it. */
export type ResultReader = Described &
  (
    | {
        container: 'json'
        fits(value: unknown, file: FileView): boolean
        read(value: unknown, file: FileView): ReadResult[]
      }
    | {
        container: 'lines'
        fits(first: unknown, file: FileView): boolean
        read(lines: AsyncIterable<JsonLine>, file: FileView): Promise<ReadResult[]>
      }
    | {
        container: 'table'
        /** The tool ends the last line: a table without that was cut off, perhaps inside a number. */
        endsLastLine: boolean
        fits(header: readonly string[], file: FileView): boolean
        read(lines: readonly TableLine[], file: FileView, options: ReadingOptions): ReadResult[]
      }
  )

/** What is read of one file. */
export interface ResultsRead {
  format: string
  results: ReadResult[]
}
