'use client'

import { Box } from '@mantine/core'
import type { FigureSelection, FigureTable, TableCell } from '@/lib/figures/types'
import classes from '../figures.module.css'

function cellText(value: TableCell): string {
  if (value === null) return '–'
  if (typeof value === 'string') return value
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return size >= 1e-4 ? value.toPrecision(3) : value.toExponential(2)
}

interface TableViewProps {
  table: FigureTable
  caption: string
  onSelect: ((selection: FigureSelection) => void) | null
}

/** The figure as numbers; three digits shown, the exact value on hover and in the CSV. */
export function TableView({ table, caption, onSelect }: TableViewProps) {
  const { columns, rows, selections } = table
  const isNumber = (key: string) => rows.some((row) => typeof row[key] === 'number')
  const hasRows = onSelect !== null && selections !== undefined
  return (
    // Scrollable regions must be reachable by keyboard.
    <Box
      className={`${classes.tableBox} ${classes.drawn}`}
      tabIndex={0}
      role="region"
      aria-label={`Table: ${caption}`}
    >
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ key, label, unit }) => (
              <th key={key} scope="col" className={isNumber(key) ? classes.number : undefined}>
                {label} {unit ? <span className={classes.unit}>({unit})</span> : null}
              </th>
            ))}
            {hasRows ? <th scope="col">Rows</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => {
            const selection = selections?.[r] ?? null
            return (
              <tr key={columns.map(({ key }) => row[key] ?? '').join('|') + String(r)}>
                {columns.map(({ key }) => {
                  const value = row[key] ?? null
                  return (
                    <td
                      key={key}
                      className={isNumber(key) ? classes.number : undefined}
                      title={typeof value === 'number' ? String(value) : undefined}
                    >
                      {cellText(value)}
                    </td>
                  )
                })}
                {hasRows ? (
                  <td>
                    {selection ? (
                      <button
                        type="button"
                        className={classes.linkButton}
                        onClick={() => onSelect(selection)}
                      >
                        show
                      </button>
                    ) : null}
                  </td>
                ) : null}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Box>
  )
}
