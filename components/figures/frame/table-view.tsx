'use client'

import { Table, type Column } from '@/components/ui/table'
import type { FigureSelection, FigureTable, TableCell } from '@/lib/figures/types'
import { count, number3 } from '@/lib/figures/shared/text'
import classes from '../figures.module.css'

function cellText(value: TableCell): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  return Number.isInteger(value) ? count(value) : number3(value)
}

interface TableViewProps {
  table: FigureTable
  caption: string
  onSelect: ((selection: FigureSelection) => void) | null
}

type Row = FigureTable['rows'][number]

function columnsOf({ table, onSelect }: TableViewProps): Column<Row>[] {
  const { columns, rows, selections } = table
  const toResults = (selections ?? []).map((one) => one?.benchmark !== undefined)
  const isNumber = (key: string) => rows.some((row) => typeof row[key] === 'number')
  const link: Column<Row> = {
    name: toResults.some(Boolean) ? (toResults.every(Boolean) ? 'Results' : 'Behind it') : 'Rows',
    cell: (_, index) => {
      const selection = selections?.[index]
      return selection ? (
        <button type="button" className={classes.linkButton} onClick={() => onSelect?.(selection)}>
          show
        </button>
      ) : null
    },
  }
  return [
    ...columns.map(({ key, label, unit }): Column<Row> => ({
      name: key,
      head: (
        <>
          {label} {unit ? <span className="ev-dim">({unit})</span> : null}
        </>
      ),
      kind: isNumber(key) ? 'number' : 'line',
      hint: ({ [key]: value }) => (typeof value === 'number' ? String(value) : undefined),
      cell: ({ [key]: value = null }) => cellText(value),
    })),
    ...(onSelect && selections ? [link] : []),
  ]
}

/** The figure as numbers; three digits shown, the exact value on hover and in the CSV. */
export function TableView(props: TableViewProps) {
  return (
    <Table
      label={`Table: ${props.caption}`}
      className={`ev-panel ${classes.drawn}`}
      columns={columnsOf(props)}
      rows={props.table.rows}
      keyOf={(_, index) => index}
      maxHeight={420}
    />
  )
}
