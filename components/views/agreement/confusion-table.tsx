import { formatCount, formatShare } from '@/components/ui/format'
import { ScrollRegion } from '@/components/ui/scroll-region'
import type { AgreementReport } from '@/lib/contracts/agreement'
import classes from './agreement.module.css'

/** Counts of pairs of ratings; the shade of a cell is its share of the row, the diagonal is framed. */
export function ConfusionTable({ table }: { table: AgreementReport['table'] }) {
  const { labels, counts } = table
  return (
    <ScrollRegion label="Pairs of ratings">
      <table className={classes.confusion}>
        <thead>
          <tr>
            <th scope="col">first \ second</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, i) => {
            const row = counts[i] ?? []
            const total = row.reduce((sum, count) => sum + count, 0)
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                {labels.map((other, j) => {
                  const count = row[j] ?? 0
                  const share = total > 0 ? count / total : 0
                  return (
                    <td
                      key={other}
                      className={`ev-num ${i === j ? classes.diagonal : ''}`}
                      title={`${formatShare(share)} of the rows that the first rated ${label}`}
                      style={{
                        background: `color-mix(in srgb, var(--ev-bar-strong) ${Math.round(share * 55)}%, transparent)`,
                      }}
                    >
                      {count === 0 ? <span className="ev-dim">0</span> : formatCount(count)}
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
