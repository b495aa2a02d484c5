'use client'

import { Table, type Column } from '@/components/ui/table'
import { statusSentence } from '@/lib/contracts/status'
import type { FigureCard, FigureConflict, SeriesCount } from '@/lib/figures/types'
import classes from '../figures.module.css'

const count = (n: number) => n.toLocaleString('en-US')

function sumReasons(counts: readonly SeriesCount[]): [string, number][] {
  const sums = new Map<string, number>()
  for (const entry of counts) {
    for (const [name, rows] of Object.entries(entry.missing)) {
      sums.set(name, (sums.get(name) ?? 0) + rows)
    }
  }
  return [...sums].toSorted((a, b) => b[1] - a[1])
}

const SERIES_COLUMNS: readonly Column<SeriesCount>[] = [
  { name: 'Series', cell: ({ label }) => label },
  { name: 'Counted', kind: 'number', cell: ({ n }) => count(n) },
  { name: 'With a value', kind: 'number', cell: ({ valued }) => count(valued) },
  {
    name: 'Missing',
    cell: ({ missing }) =>
      Object.entries(missing)
        .map(([name, rows]) => `${count(rows)} ${name.replaceAll('_', ' ')}`)
        .join(', ') || '–',
  },
]

const NOTHING = {
  rows: 'Not computed in this study yet.',
  results: 'No results yet.',
  prompts: 'No prompts yet.',
}

/** Rows or results without a value by reason, and how far running computations are. */
export function Coverage(props: {
  counts: readonly SeriesCount[]
  /** What is counted. */
  things: keyof typeof NOTHING
}) {
  const { counts, things } = props
  const n = counts.reduce((sum, entry) => sum + entry.n, 0)
  const valued = counts.reduce((sum, entry) => sum + entry.valued, 0)
  const running = counts.filter((entry) => entry.done < entry.total)
  const done = counts.reduce((sum, entry) => sum + entry.done, 0)
  const total = counts.reduce((sum, entry) => sum + entry.total, 0)
  const reasons = sumReasons(counts)
  if (counts.length === 0) {
    return <div>{NOTHING[things]}</div>
  }
  return (
    <div className={classes.facts}>
      {running.length > 0 ? (
        <strong>
          {count(done)} of {count(total)} {things} so far
        </strong>
      ) : null}
      <span data-figure-text>
        {count(valued)} of {count(n)} {things} {things === 'prompts' ? 'are shown' : 'have a value'}
      </span>
      {reasons.length === 0 ? (
        <span>none missing</span>
      ) : (
        <span>
          missing:{' '}
          {reasons.map(([name, rows], i) => (
            <span key={name} title={statusSentence(name)}>
              {i > 0 ? ', ' : ''}
              {count(rows)} {name.replaceAll('_', ' ')}
            </span>
          ))}
        </span>
      )}
      <details>
        <summary className={classes.clickable}>By series</summary>
        <Table
          label="Counts by series"
          className=""
          columns={SERIES_COLUMNS}
          rows={counts}
          keyOf="seriesKey"
        />
      </details>
    </div>
  )
}

/** Definitions behind the figure; each opens its run details. */
export function Cards(props: {
  cards: readonly FigureCard[]
  onCard: ((runId: string) => void) | null
}) {
  const { cards, onCard } = props
  if (cards.length === 0) return null
  return (
    <div className={classes.facts}>
      <span>Definition</span>
      {cards.map(({ runId, definitionHash, model }) => {
        const label = `${definitionHash.slice(0, 10)}${model ? `, ${model}` : ''}`
        return onCard ? (
          <button
            key={runId}
            type="button"
            className={classes.linkButton}
            title={`Open the run details of ${definitionHash}`}
            onClick={() => onCard(runId)}
          >
            {label}
          </button>
        ) : (
          <span key={runId} title={definitionHash}>
            {label}
          </span>
        )
      })}
    </div>
  )
}

/** Returns which series of a column differ in definition, in a sentence. */
export function conflictText({ label, mixed, definitions }: FigureConflict): string {
  if (mixed) {
    return `${definitions.length} definitions of ${label} share these axes: the values may not be comparable.`
  }
  const left = definitions.slice(1).reduce((sum, group) => sum + group.series.length, 0)
  return `${left} series of ${label} have another definition and are left out.`
}

/** Says which series differ in definition, and offers to draw them all or only one group. */
export function Conflicts(props: {
  conflicts: readonly FigureConflict[]
  onMix: (mix: boolean) => void
}) {
  return props.conflicts.map((conflict) => {
    const { column, mixed, definitions } = conflict
    return (
      <div key={column} className={classes.conflict} role="note">
        <span data-figure-text>{conflictText(conflict)}</span>
        <ul className={classes.list}>
          {definitions.map(({ hash, series }) => (
            <li key={hash}>
              {hash.slice(0, 10)}: {series.slice(0, 4).join('; ')}
              {series.length > 4 ? ` and ${series.length - 4} more` : ''}
            </li>
          ))}
        </ul>
        <button type="button" className={classes.linkButton} onClick={() => props.onMix(!mixed)}>
          {mixed ? 'Draw one definition only' : 'Draw them anyway'}
        </button>
      </div>
    )
  })
}
