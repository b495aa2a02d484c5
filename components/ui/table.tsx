import type { ReactNode } from 'react'
import { ScrollRegion } from './scroll-region'
import classes from './table.module.css'

export interface Column<Row> {
  name: string
  /** Drawn in place of the name. */
  head?: ReactNode
  /** Numbers stand at the right; `line` never breaks, `wrap` breaks anywhere; `name` heads the row. */
  kind?: 'text' | 'number' | 'code' | 'line' | 'wrap' | 'name'
  className?: string | undefined
  /** What the pointer shows over the cell. */
  hint?(row: Row): string | undefined
  cell(row: Row, index: number): ReactNode
}

const KIND = {
  text: '',
  number: `ev-num ${classes.line}`,
  code: 'ev-mono',
  line: classes.line,
  wrap: classes.wrap,
  name: classes.rowName,
}

function Cell<Row>({ column, row, index }: { column: Column<Row>; row: Row; index: number }) {
  const { kind = 'text', className = '', hint } = column
  const common = { className: `${KIND[kind]} ${className}`, title: hint?.(row) }
  const content = column.cell(row, index)
  if (kind === 'name') {
    return (
      <th scope="row" {...common}>
        {content}
      </th>
    )
  }
  return (
    <td {...common} {...(kind === 'number' ? {} : { dir: 'auto' })}>
      {content}
    </td>
  )
}

interface TableProps<Row> {
  /** Name of the table for screen readers. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** The field that tells the rows apart, or what does. */
  keyOf: (string & keyof NoInfer<Row>) | ((row: NoInfer<Row>, index: number) => string | number)
  /** Stands in place of all cells but the first, for a row that has no values. */
  instead?(row: Row): ReactNode
  isSelected?(row: Row): boolean
  caption?: ReactNode
  /** Of the box around it: a panel, unless it stands in one already. */
  className?: string
  tableClass?: string | undefined
  maxHeight?: number
  /** Under the table, inside its box. */
  children?: ReactNode
}

/** A plain table: columns say how a row is read, numbers are aligned, the box scrolls when it is too narrow. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, columns, rows, keyOf, instead, isSelected, caption, children } = props
  const [first, ...others] = columns
  const key = (row: Row, index: number) =>
    typeof keyOf === 'function' ? keyOf(row, index) : (row[keyOf] as string | number)
  return (
    <ScrollRegion
      label={label}
      {...(props.className === undefined ? {} : { className: props.className })}
      maxHeight={props.maxHeight}
    >
      <table
        className={`ev-table ${classes.table} ${props.maxHeight ? classes.sticky : ''} ${props.tableClass ?? ''}`}
      >
        {caption ? <caption className={classes.caption}>{caption}</caption> : null}
        <thead>
          <tr>
            {columns.map(({ name, head = name, kind, className = '' }) => (
              <th
                key={name}
                scope="col"
                className={`${kind === 'number' ? 'ev-num' : ''} ${className}`}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const inPlace = instead?.(row) ?? null
            return (
              <tr key={key(row, index)} data-selected={isSelected?.(row) || undefined}>
                {first ? <Cell column={first} row={row} index={index} /> : null}
                {inPlace === null ? (
                  others.map((column) => (
                    <Cell key={column.name} column={column} row={row} index={index} />
                  ))
                ) : (
                  <td colSpan={others.length} className={classes.instead}>
                    {inPlace}
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
      {children}
    </ScrollRegion>
  )
}
