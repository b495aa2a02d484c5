import { contextOf } from '../format-error'

/** What to do with the workbook of a spreadsheet program, in words that follow "Expected". */
export const SHEET_ADVICE =
  'a table as text: in Excel or LibreOffice "Save as", "CSV UTF-8", one file for each sheet; or with pandas: read_excel(...).to_json(orient="records", lines=True)'

/** Returns what a zip archive is when a spreadsheet program wrote it, null for any other. */
export function workbookOf(names: readonly string[]): string | null {
  if (names.includes('xl/workbook.xml') || names.includes('xl/workbook.bin')) return 'Excel'
  return names.includes('mimetype') && names.includes('content.xml') ? 'OpenDocument' : null
}

/** Returns the notes that name the workbooks among files, empty where there are none. */
export function workbookNotes(names: readonly string[]): string[] {
  const books = names.filter((name) => /\.(?:xlsx|xlsm|xlsb|xls|ods)$/i.test(name))
  const [first] = books.map((name) => contextOf(name))
  if (first === undefined) return []
  const others = books.length > 1 ? ` and ${books.length - 1} more` : ''
  return [`Workbooks are not read (${first}${others}). Expected ${SHEET_ADVICE}.`]
}
