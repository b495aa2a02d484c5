import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { parquetReadObjects } from 'hyparquet'
import { pointerStep } from '@/lib/formats/containers/json-exact'
import type { ContainerSpec, Literals, RawRow } from '@/lib/formats/types'

/** Differences between the product and another parser that are meant; each is counted in the report. */
export type Rule =
  | 'NaN and Infinity are read'
  | 'broken rows are skipped'
  | 'half characters are replaced'
  | 'broken bytes before the rows of an object'
  | 'JSON in a table cell'
  | 'annotated type'
  | 'files that another parser does not count'

/** What the comparison came to: equal, a difference that a rule explains, or one that nothing does. */
export type Verdict = { rule: Rule | null } | { fault: string }

const EQUAL: Verdict = { rule: null }
const fault = (what: string): Verdict => ({ fault: what })

function sameValue(ours: unknown, theirs: unknown, literals: Literals, pointer = ''): boolean {
  const literal = literals[pointer]
  if (literal !== undefined) {
    const isText = typeof theirs === 'bigint' || typeof theirs === 'number'
    return isText && Number(literal) === Number(theirs)
  }
  // The other reader of Parquet has no value where one is null.
  if (theirs === undefined) return ours === null
  if (typeof theirs === 'bigint') return BigInt(ours as number) === theirs
  if (typeof theirs !== 'object' || theirs === null) return Object.is(ours, theirs)
  if (typeof ours !== 'object' || ours === null) return false
  if (Array.isArray(ours) !== Array.isArray(theirs)) return false
  const keys = Object.keys(theirs)
  return (
    keys.length === Object.keys(ours).length &&
    keys.every(
      (key) =>
        Object.hasOwn(ours, key) &&
        sameValue(
          (ours as Record<string, unknown>)[key],
          (theirs as Record<string, unknown>)[key],
          literals,
          pointer + pointerStep(key),
        ),
    )
  )
}

function sameRow(row: RawRow, theirs: unknown): boolean {
  return row.error !== null || sameValue(row.value, theirs, row.literals ?? {})
}

/** Compares rows with what another parser gave; `parse` throws where it refuses. */
function compared(rows: readonly RawRow[], parse: () => readonly unknown[]): Verdict {
  const isBroken = rows.some(({ error }) => error)
  let theirs: readonly unknown[]
  try {
    theirs = parse()
  } catch (error) {
    if (isBroken) return { rule: 'broken rows are skipped' }
    if (rows.some(({ flags }) => flags.includes('nonfinite_number')))
      return { rule: 'NaN and Infinity are read' }
    return fault(`the other parser refuses it: ${(error as Error).message}`)
  }
  if (theirs.length !== rows.length) {
    if (isBroken) return { rule: 'broken rows are skipped' }
    return fault(`${rows.length} rows instead of ${theirs.length}`)
  }
  const at = rows.findIndex((row, k) => !sameRow(row, theirs[k]))
  return at < 0 ? EQUAL : fault(`row ${at + 1} has other values`)
}

/** Records of a table by RFC 4180, written apart from the product: cells and whether a record is more than an empty line. */
function tableRecords(text: string, delimiter: string, lineEnd: RegExp): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let isQuoted = false
  let hasQuotes = false
  const endRecord = () => {
    record.push(cell)
    if (record.length > 1 || cell !== '' || hasQuotes) records.push(record)
    record = []
    cell = ''
    hasQuotes = false
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string
    lineEnd.lastIndex = at
    const end = isQuoted ? null : lineEnd.exec(text)
    if (isQuoted && char === '"' && text[at + 1] === '"') {
      cell += '"'
      at++
    } else if (isQuoted && char === '"') isQuoted = false
    else if (isQuoted) cell += char
    else if (char === '"' && cell === '') isQuoted = hasQuotes = true
    else if (char === delimiter) {
      record.push(cell)
      cell = ''
    } else if (end) {
      endRecord()
      at += end[0].length - 1
    } else cell += char
  }
  if (cell !== '' || record.length > 0 || hasQuotes) endRecord()
  return records
}

function tableRows(text: string, container: ContainerSpec): unknown[] {
  const body = text.replace(/^"?sep=.?"?\r?\n/i, '')
  const delimiter = container.delimiter ?? ','
  // The one parser keeps to the line end that comes first, the other takes both at any line.
  const first = /\r\n|\n|\r/.exec(body.replace(/"(?:[^"]|"")*"/g, ''))?.[0] ?? '\n'
  const lineEnd = delimiter === '\t' && first !== '\r' ? /\r?\n/y : new RegExp(first, 'y')
  const [header = [], ...records] = tableRecords(body, delimiter, lineEnd)
  return records.map((cells) => Object.fromEntries(header.map((name, k) => [name, cells[k]])))
}

function withTexts(row: RawRow): RawRow {
  if (row.error || typeof row.value !== 'object' || row.value === null) return row
  const entries = Object.entries(row.value).filter(([, value]) => typeof value === 'string')
  return { ...row, value: Object.fromEntries(entries) }
}

function comparedTable(rows: readonly RawRow[], text: string, container: ContainerSpec): Verdict {
  const hasJson = rows.some(
    ({ value }) => value && Object.values(value).some((one) => typeof one !== 'string'),
  )
  if (!hasJson) return compared(rows, () => tableRows(text, container))
  const verdict = compared(rows.map(withTexts), () =>
    tableRows(text, container).map((theirs, k) => {
      const ours = withTexts(rows[k] as RawRow).value as Record<string, unknown>
      const kept = Object.entries(theirs as object).filter(([key]) => Object.hasOwn(ours, key))
      return Object.fromEntries(kept)
    }),
  )
  return 'fault' in verdict ? verdict : { rule: 'JSON in a table cell' }
}

async function comparedParquet(rows: readonly RawRow[], bytes: Buffer): Promise<Verdict> {
  const { buffer, byteOffset, byteLength } = bytes
  const file = (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength)
  let theirs: Record<string, unknown>[]
  try {
    theirs = (await parquetReadObjects({ file })) as Record<string, unknown>[]
  } catch (error) {
    return fault(`hyparquet refuses it: ${(error as Error).message}`)
  }
  const isPlain = (value: unknown): boolean =>
    value === null ||
    typeof value !== 'object' ||
    ((Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) &&
      Object.values(value).every(isPlain))
  if (!theirs.every(isPlain)) return { rule: 'annotated type' }
  return compared(rows, () => theirs)
}

function arrayIn(value: unknown, key: string | null): unknown[] {
  return (key === null ? value : (value as Record<string, unknown>)[key]) as unknown[]
}

/** Compares the rows that the product read of a file with what another parser gives for the same bytes. */
export async function comparedRows(
  rows: readonly RawRow[],
  container: ContainerSpec,
  file: Buffer,
): Promise<Verdict> {
  if (container.kind === 'parquet') return comparedParquet(rows, file)
  if (rows.some(({ flags }) => flags.includes('lone_surrogate_replaced')))
    return { rule: 'half characters are replaced' }
  let text: string
  try {
    const bytes = container.compression === 'gzip' ? gunzipSync(file) : file
    text = new TextDecoder(container.encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    if (rows.some((row) => row.error)) return { rule: 'broken rows are skipped' }
    // Only what stands from the list on is read.
    if (container.wrapKey !== null) return { rule: 'broken bytes before the rows of an object' }
    return fault(`the other program refuses it: ${(error as Error).message}`)
  }
  if (container.kind === 'csv') return comparedTable(rows, text, container)
  if (container.kind === 'json-array')
    return compared(rows, () => arrayIn(JSON.parse(text), container.wrapKey))
  if (container.kind === 'concatenated') return EQUAL
  const lines = text.split('\n').filter((line) => !/^[ \t\r]*$/.test(line))
  return compared(rows, () =>
    lines.map((line, k) => (rows[k]?.error ? null : (JSON.parse(line) as unknown))),
  )
}

/** Compares the files that the product unpacked from an archive with what another program unpacks. */
export function comparedArchive(unpacked: ReadonlyMap<string, Buffer>, archive: Buffer): Verdict {
  let theirs: ReturnType<typeof unzipSync>
  try {
    theirs = unzipSync(archive)
  } catch (error) {
    return fault(`fflate refuses it: ${(error as Error).message}`)
  }
  const known = new Set(
    Object.entries(theirs).map(([name, bytes]) => `${name.split('/').pop()} ${hashOf(bytes)}`),
  )
  const other = [...unpacked].find(([name, bytes]) => !known.has(`${name} ${hashOf(bytes)}`))
  // An archive states twice how many files it has, and fflate goes by the other number; what the product unpacks has its CRC-32.
  const isListed = Object.keys(theirs).some((name) => name.split('/').pop() === other?.[0])
  if (other && !isListed) return { rule: 'files that another parser does not count' }
  return other ? fault(`${other[0]} has other bytes`) : EQUAL
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
