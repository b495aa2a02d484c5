'use client'

import { DASH } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { columnName } from '@/components/shell/column-name'
import type { MetricValue, RowDetail } from '@/lib/contracts/rows'
import { statusSentence } from '@/lib/contracts/status'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import classes from './detail.module.css'
import { valueText } from '../table/value-cell'

function Value({ column, value }: { column: ColumnInfo; value: MetricValue | undefined }) {
  if (!value || value.value === null) {
    return (
      <span className="ev-dim">
        {DASH} {statusSentence(value?.status ?? 'not_run')}
      </span>
    )
  }
  const exact = Array.isArray(value.value) ? value.value.join(' ') : String(value.value)
  return (
    <>
      <span title={exact}>{valueText(column, value.value)}</span>
      {column.unit ? <span className="ev-dim"> {column.unit}</span> : null}
      {value.status === 'ok' ? null : <div className="ev-dim">{statusSentence(value.status)}</div>}
    </>
  )
}

interface RowValuesProps {
  data: RowDetail
  detail: StudyDetail
  onCard(columnId: string): void
}

/** Every value of the row, or why it is missing; each name opens its run details. */
export function RowValues({ data, detail, onCard }: RowValuesProps) {
  const columns = detail.columns.filter((column) => !column.hidden)
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>Values</h3>
      {columns.length === 0 ? (
        <p className={classes.sub}>No metric has been computed yet.</p>
      ) : (
        <table className={`ev-table ${classes.values}`}>
          <tbody>
            {columns.map((column, index) => {
              const isNewGroup = column.group !== columns[index - 1]?.group
              return (
                <tr key={column.id}>
                  <th scope="row">
                    {isNewGroup ? <div className={classes.valueGroup}>{column.group}</div> : null}
                    <LinkButton onClick={() => onCard(column.id)}>
                      {column.label === column.shortLabel ? columnName(column) : column.label}
                    </LinkButton>
                  </th>
                  <td>
                    <Value column={column} value={data.row.values[column.id]} />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}
