import { DASH } from '@/components/ui/format'
import { Table, type Column } from '@/components/ui/table'
import type { ImportPreview } from '@/lib/contracts/study'
import classes from './overview.module.css'

// Two lines in the preview; the whole text is shown after the import.
const SHOWN_CHARACTERS = 220

type PreviewRow = ImportPreview['rows'][number]

function text(
  name: string,
  missing: string,
  read: (row: PreviewRow) => string | null,
): Column<PreviewRow> {
  return {
    name,
    className: classes.previewText,
    hint: (row) => (read(row) ? undefined : missing),
    cell: (row) => {
      const value = read(row)
      if (!value) return <span className="ev-dim">{DASH}</span>
      return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)} …` : value
    },
  }
}

const COLUMNS: readonly Column<PreviewRow>[] = [
  { name: 'Row', kind: 'number', cell: ({ index }) => index },
  text('Instruction', 'The instruction is empty', ({ instruction }) => instruction),
  text('Input', 'No input', ({ input }) => input),
  text('Response', 'No response; it is marked as missing', ({ output }) => output),
  { name: 'Flags', className: 'ev-dim', cell: ({ flags }) => flags.join(', ') },
]

/** The first rows as they would be stored. */
export function ImportPreviewTable({ rows }: { rows: ImportPreview['rows'] }) {
  return (
    <Table
      label="First rows"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ index }) => index}
      maxHeight={280}
    />
  )
}
