import type { StoredResult } from '@/lib/contracts/results'
import { AUTO, choice } from './options'
import { onlyStudentOption } from './result-limit'
import type { ResultLayout } from './result-marks'
import { studentOf } from './result-names'

/** Tables of the paper that have students with both evolvers. */
const TABLES = {
  llama: {
    label: 'Tables 1 and 9: Evol-Instruct, Llama-3.1',
    files: ['table-1', 'table-9'],
    text: 'Tables 1 and 9',
  },
  qwen: {
    label: 'Tables 2 and 9: Evol-Instruct, Qwen-2',
    files: ['table-2', 'table-9'],
    text: 'Tables 2 and 9',
  },
  autoif: { label: 'Table 3: AutoIF, Llama-3.1', files: ['table-3'], text: 'Table 3' },
  autoEvol: {
    label: 'Table 4: Auto Evol-Instruct, Llama-3.1',
    files: ['table-4'],
    text: 'Table 4',
  },
} as const
type TableKey = keyof typeof TABLES

/** The choice of one student, and of the published tables that stand beside own results of students. */
export const studentTables = {
  ...onlyStudentOption,
  tables: choice(
    {
      llama: TABLES.llama.label,
      qwen: TABLES.qwen.label,
      autoif: TABLES.autoif.label,
      autoEvol: TABLES.autoEvol.label,
    },
    {
      title: 'Published tables',
      description: 'The tables of the paper whose numbers are shown where published values are on.',
    },
  ),
}

/** Returns the name of the chosen tables. */
export function studentTablesText({ tables }: { tables: TableKey }): string {
  return TABLES[tables].text
}

/** Returns the layout of results by student, with the chosen published tables. */
export function studentLayout({
  tables,
  student,
}: {
  tables: TableKey
  student: string
}): ResultLayout {
  const files: readonly string[] = TABLES[tables].files
  return {
    place: (result: StoredResult) => studentOf(result) || null,
    needs: 'a student',
    paper: (result) =>
      files.includes(result.fileId) && (student === AUTO || studentOf(result) === student),
  }
}
