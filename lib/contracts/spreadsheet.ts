type Cell = string | number | null

interface Table {
  columns: readonly { key: string; label: string; unit: string }[]
  rows: readonly Readonly<Record<string, Cell>>[]
}

// What spreadsheets take for the start of a formula, the full-width forms included.
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/

/** Returns a text that a spreadsheet does not run: an apostrophe stands before what it would take for a formula. */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** Returns a figure's table as lines of a CSV file: units in brackets, no text that a spreadsheet runs, numbers as they are. */
export function tableRecords({ columns, rows }: Table): Cell[][] {
  const safe = (value: Cell) => (typeof value === 'string' ? spreadsheetText(value) : value)
  const header = columns.map(({ label, unit }) => safe(unit ? `${label} (${unit})` : label))
  return [header, ...rows.map((row) => columns.map(({ key }) => safe(row[key] ?? null)))]
}

/** How the lines of a figure's CSV file are written: a line break inside a text is quoted, which the writer leaves out for a lone one. */
export const TABLE_CSV = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ }
