import type { Listed } from '@/components/hooks/use-windows'
import { formatCount } from '@/lib/contracts/format'
import classes from './rows.module.css'

function countText(listed: Listed | null, unit: string): string {
  if (!listed) return `Counting ${unit}`
  if (listed.total === listed.outOf) return `${formatCount(listed.total)} ${unit}`
  return `${formatCount(listed.total)} of ${formatCount(listed.outOf)} ${unit}`
}

interface ListHeadingProps {
  title: string
  /** What is counted: "rows". */
  unit: string
  listed: Listed | null
}

/** Title of a page that is one list, and how many of its entries the filter leaves. */
export function ListHeading({ title, unit, listed }: ListHeadingProps) {
  return (
    <>
      <h1 className={classes.title}>{title}</h1>
      <span
        className={classes.count}
        aria-live="polite"
        title={listed ? `answered in ${listed.serverMs} ms` : ''}
      >
        {countText(listed, unit)}
      </span>
    </>
  )
}
