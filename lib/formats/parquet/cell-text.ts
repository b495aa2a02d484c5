import type { SchemaElement, SchemaTree } from 'hyparquet'
import { isUtf8 } from 'node:buffer'
import { DamagedParquet, UnreadColumn } from './damaged'

/** Returns a value of a column as JSON text, in the spelling that numbers and NaN have in files of Python. */
export type CellText = (value: unknown) => string

/** Text of a page that is not UTF-8. */
const NOT_UTF8 = Symbol('not UTF-8')
/** Names under which older writers keep the fields of a list element without a group of their own. */
const OLD_LIST = /^array$|_tuple$/
const DAY_MS = 86_400_000
/** As many digits as the widest decimals of other programs have. */
const MAX_SCALE = 76
/** Seconds within which JavaScript's dates lie. */
const MAX_SECONDS = 8_640_000_000_000n

/** How the library hands values over: as they are stored, so that nothing is rounded before it is seen. */
export const PARSERS = {
  stringFromBytes: (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return undefined
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return isUtf8(buffer) ? buffer.toString('utf8') : NOT_UTF8
  },
  timestampFromNanoseconds: (nanos: bigint) => nanos,
}

/** Returns the reader of a column's cells; changes the schema so that the library leaves the values as they are stored. */
export function cellText(node: SchemaTree): CellText {
  const { element, children } = node
  if (element.repetition_type === 'REPEATED') throw unread(node, 'a repeated field outside a list')
  if (children.length === 0) return orNull(leafText(node))
  const annotation = element.converted_type ?? element.logical_type?.type
  if (annotation === 'LIST') return orNull(listText(node))
  if (annotation !== undefined) {
    throw unread(node, annotation.startsWith('MAP') ? 'a map' : `a group of type ${annotation}`)
  }
  return orNull(structText(node))
}

function orNull(text: CellText): CellText {
  return (value) => (value === null || value === undefined ? 'null' : text(value))
}

function unread({ path }: SchemaTree, what: string): UnreadColumn {
  return new UnreadColumn(path, what)
}

function listText(node: SchemaTree): CellText {
  const [repeated] = node.children
  const [item] = repeated?.children ?? []
  const isUsual =
    node.children.length === 1 &&
    repeated?.element.repetition_type === 'REPEATED' &&
    repeated.children.length === 1 &&
    !OLD_LIST.test(repeated.element.name)
  if (!isUsual || !item) throw unread(node, 'a list in an old form')
  // The library knows lists by their older name only.
  node.element.converted_type = 'LIST'
  const text = cellText(item)
  return (value) => {
    if (!Array.isArray(value)) throw new DamagedParquet('A list holds something else.')
    let out = '['
    for (let i = 0; i < value.length; i++) out += (i === 0 ? '' : ',') + text(value[i])
    return `${out}]`
  }
}

function structText(node: SchemaTree): CellText {
  const names = new Set(node.children.map(({ element }) => element.name))
  if (names.size < node.children.length) throw unread(node, 'a struct with one name twice')
  // The library builds ordinary objects, and joins names by points.
  if (names.has('__proto__') || [...names].some((name) => name.includes('.'))) {
    throw unread(node, 'a struct with a field named "__proto__" or with a point in its name')
  }
  const fields = node.children.map((child) => {
    const { name } = child.element
    return { name, key: `${JSON.stringify(name)}:`, text: cellText(child) }
  })
  return (value) => {
    if (typeof value !== 'object') throw new DamagedParquet('A struct holds something else.')
    let out = '{'
    for (const { name, key, text } of fields) {
      out += (out.length === 1 ? '' : ',') + key + text((value as Record<string, unknown>)[name])
    }
    return `${out}}`
  }
}

/** Returns what a leaf means: its annotation, or what it is stored as. */
function meaningOf({ converted_type, logical_type, type }: SchemaElement): string {
  return converted_type ?? logical_type?.type ?? type ?? ''
}

function leafText(node: SchemaTree): CellText {
  const { element } = node
  const { type, logical_type: logical, scale = 0 } = element
  const meaning = meaningOf(element)
  const bits =
    logical?.type === 'INTEGER' ? `${logical.isSigned ? '' : 'U'}INT_${logical.bitWidth}` : ''
  if (meaning === 'UTF8' || meaning === 'STRING' || meaning === 'ENUM') {
    if (type !== 'BYTE_ARRAY') throw unread(node, `${meaning} kept as ${type}`)
    asStored(element, 'UTF8')
    return textCell
  }
  if (meaning === 'JSON' && type === 'BYTE_ARRAY') {
    asStored(element, 'UTF8')
    return jsonCell
  }
  asStored(element)
  if (meaning === 'NULL') return nothing
  if (meaning === 'BOOLEAN') return (value) => String(value)
  if (meaning === 'FLOAT' || meaning === 'DOUBLE') return (value) => doubleText(value as number)
  if (meaning === 'INT96') return (value) => momentText(value as bigint, 9, true)
  if (meaning === 'DECIMAL' && Math.abs(scale) <= MAX_SCALE)
    return (value) => decimalText(unscaled(value), scale)
  if (meaning === 'DATE' && type === 'INT32') return (value) => dateText(value as number)
  if (meaning === 'UUID') return uuidText
  if (logical?.type === 'TIMESTAMP' || meaning.startsWith('TIMESTAMP_')) {
    const unit = logical?.type === 'TIMESTAMP' ? logical.unit : meaning.slice(10)
    const digits = unit === 'NANOS' ? 9 : unit === 'MICROS' ? 6 : 3
    const isUtc = logical?.type === 'TIMESTAMP' ? logical.isAdjustedToUTC : true
    return (value) => momentText(value as bigint, digits, isUtc)
  }
  if (type === 'INT32' || type === 'INT64') {
    const integer = bits || (meaning === type ? 'INT_64' : meaning)
    if (/^INT_\d+$/.test(integer)) return (value) => String(value)
    // Kept in the signed type of the same width.
    if (/^UINT_\d+$/.test(integer)) {
      const width = type === 'INT32' ? 32 : 64
      return (value) => BigInt.asUintN(width, BigInt(value as number | bigint)).toString()
    }
  }
  throw unread(node, meaning.endsWith('BYTE_ARRAY') ? 'binary data' : `values of type ${meaning}`)
}

/** Takes the annotation away by which the library would convert values. */
function asStored(element: SchemaElement, converted?: 'UTF8'): void {
  delete element.logical_type
  delete element.converted_type
  if (converted) element.converted_type = converted
}

const textCell: CellText = (value) => {
  if (typeof value === 'string') return JSON.stringify(value)
  throw new DamagedParquet(value === NOT_UTF8 ? 'A text is not UTF-8.' : 'A text is missing.')
}

const jsonCell: CellText = (value) => {
  if (typeof value !== 'string') return textCell(value)
  try {
    JSON.parse(value)
  } catch {
    throw new DamagedParquet('A cell of a JSON column is not JSON.')
  }
  // A line break is white space here: inside its texts JSON has none. The cell must stay on its line.
  return value.replaceAll(/[\r\n]/g, ' ')
}

const nothing: CellText = () => {
  throw new DamagedParquet('A column of nulls holds a value.')
}

/** Returns a double as JSON text: 1 as `1.0`, so that it reads as a fraction again; NaN and Infinity as Python writes them. */
function doubleText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

function unscaled(value: unknown): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value)
  if (!(value instanceof Uint8Array)) throw new DamagedParquet('A decimal holds something else.')
  const digits = Buffer.from(value).toString('hex')
  return BigInt.asIntN(value.length * 8, BigInt(`0x${digits || '0'}`))
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return (value * 10n ** BigInt(-scale)).toString()
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function dateText(days: number): string {
  return JSON.stringify(isoText(days * DAY_MS).slice(0, 10))
}

/** Returns a moment as ISO text with all its digits. */
function momentText(count: bigint, digits: number, isUtc: boolean): string {
  const perSecond = 10n ** BigInt(digits)
  const part = ((count % perSecond) + perSecond) % perSecond
  const seconds = (count - part) / perSecond
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) throw new DamagedParquet(FAR_AWAY)
  const whole = isoText(Number(seconds) * 1_000).slice(0, 19)
  return JSON.stringify(`${whole}.${part.toString().padStart(digits, '0')}${isUtc ? 'Z' : ''}`)
}

const FAR_AWAY = 'A date lies outside the years 0 to 9999.'

function isoText(ms: number): string {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) throw new DamagedParquet(FAR_AWAY)
  return date.toISOString()
}

const uuidText: CellText = (value) => {
  const digits = Buffer.from(value as Uint8Array).toString('hex')
  if (digits.length !== 32) throw new DamagedParquet('A UUID is not 16 bytes long.')
  return JSON.stringify(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}
