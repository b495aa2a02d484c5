'use client'

import { Anchor, Badge, UnstyledButton } from '@mantine/core'
import Link from 'next/link'
import { useMemo, useState } from 'react'
import { usePairTexts, type DIFF_MODES, type SHOWN_TEXTS } from '@/components/hooks/use-compare'
import { armCss } from '@/components/figures/palette'
import { DASH, formatValue } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import type { CompareState } from '@/lib/contracts/compare'
import type { ComparePair, CompareText } from '@/lib/contracts/compare-pairs'
import type { MetricValue } from '@/lib/contracts/rows'
import { diffWords, LIST_TIMEOUT_MS, WHOLE_TIMEOUT_MS, type DiffPart } from './word-diff'
import { formatDifference } from './format'
import classes from './compare.module.css'

export type DiffMode = (typeof DIFF_MODES)[number]
export type ShownText = (typeof SHOWN_TEXTS)[number]

export interface PairContext {
  studyId: string
  state: CompareState
  /** A job may still add values. */
  levels: string[] | null
  diff: DiffMode
  text: ShownText
  labelA: string
  labelB: string
  colorA: number | null
  colorB: number | null
  setLabel(key: string): string
  rowHref(cellId: string, idx: number): string
}

function shownText(row: CompareText | null, kind: ShownText): string | null {
  if (!row) return null
  if (kind === 'response') return row.response
  return row.input ? `${row.instruction}\n${row.input}` : row.instruction
}

/** Own words carry the colour of their side and an underline, so that they stay apart without colour. */
function Marked({ parts, color }: { parts: readonly DiffPart[]; color: string }) {
  return (
    <>
      {parts.map((part, index) =>
        part.isOwn ? (
          <mark
            key={index}
            className={classes.own}
            style={{
              background: `color-mix(in srgb, ${color} 16%, transparent)`,
              textDecorationColor: color,
            }}
          >
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </>
  )
}

interface ColumnProps {
  title: string
  text: string | null
  parts: readonly DiffPart[] | null
  color: string
  empty: string
}

/** One text under its title, the words of its own marked. */
export function TextColumn({ title, text, parts, color, empty }: ColumnProps) {
  return (
    <div className={classes.column}>
      <div className={classes.columnHead} style={{ borderTopColor: color }}>
        {title}
      </div>
      {text ? (
        <div className={`ev-prose ${classes.prose}`} dir="auto">
          {parts ? <Marked parts={parts} color={color} /> : text}
        </div>
      ) : (
        <div className="ev-dim">{empty}</div>
      )}
    </div>
  )
}

function valueText(value: MetricValue, levels: string[] | null): string {
  if (typeof value.value !== 'number') return DASH
  return levels?.[value.value - 1] ?? formatValue(value.value)
}

function Value({
  name,
  value,
  levels,
}: {
  name: string
  value: MetricValue
  levels: string[] | null
}) {
  const missing = value.value === null
  return (
    <span title={missing ? value.status.replaceAll('_', ' ') : String(value.value)}>
      <span className="ev-dim">{name}</span> {valueText(value, levels)}
      {missing ? <span className="ev-dim"> {value.status.replaceAll('_', ' ')}</span> : null}
    </span>
  )
}

// What the eight lines of a closed card hold in a third of a page.
const CLOSED_CHARACTERS = 420
const CLOSED_LINES = 8

function isLong(text: string | null): boolean {
  return (
    text !== null && (text.length > CLOSED_CHARACTERS || text.split('\n').length > CLOSED_LINES)
  )
}

/** Own words of each side: against each other, against the seed, or none. */
export function useDiff(
  mode: DiffMode,
  texts: { seed: string | null; a: string | null; b: string | null },
  timeout: number,
) {
  const { seed, a, b } = texts
  return useMemo(() => {
    const none = { a: null, b: null, isLate: false }
    if (mode === 'sides' && a && b) {
      const diff = diffWords(a, b, timeout)
      return diff ? { ...diff, isLate: false } : { ...none, isLate: true }
    }
    if (mode === 'seed' && seed) {
      const left = a ? diffWords(a, seed, timeout) : null
      const right = b ? diffWords(b, seed, timeout) : null
      const isLate = Boolean((a && !left) || (b && !right))
      return { a: left?.a ?? null, b: right?.a ?? null, isLate }
    }
    return none
  }, [mode, seed, a, b, timeout])
}

function CardNote({
  isLoading,
  error,
  isLate,
}: {
  isLoading: boolean
  error: unknown
  isLate: boolean
}) {
  const notes = [
    isLoading ? 'Loading the full texts.' : null,
    error instanceof Error ? `The full texts could not be read: ${error.message}` : null,
    isLate ? 'Words are not marked: these texts differ too much to compare them quickly.' : null,
  ].filter((note) => note !== null)
  return notes.length > 0 ? (
    <div className={classes.cardNote} role="status">
      {notes.join(' ')}
    </div>
  ) : null
}

/** The operator stands once above the pair when both sides share it. */
function operatorSuffix(row: CompareText, other: CompareText): string {
  return row.operator && row.operator !== other.operator ? ` · ${row.operator}` : ''
}

interface PairCardProps {
  pair: ComparePair
  context: PairContext
  isSelected: boolean
  onSelect(): void
}

/** One seed: its text, both evolved texts with their own words marked, both values and the difference. */
export function PairCard({ pair, context, isSelected, onSelect }: PairCardProps) {
  const [isWhole, setIsWhole] = useState(false)
  const isClamped = Boolean(pair.seed?.clamped || pair.a.clamped || pair.b.clamped)
  const whole = usePairTexts(context.studyId, context.state, pair, isWhole && isClamped)
  const shown = (isWhole ? whole.data : undefined) ?? pair
  const seed = shownText(shown.seed, context.text)
  const a = shownText(shown.a, context.text)
  const b = shownText(shown.b, context.text)
  const diff = useDiff(context.diff, { seed, a, b }, isWhole ? WHOLE_TIMEOUT_MS : LIST_TIMEOUT_MS)
  const canOpen = isWhole || isClamped || [seed, a, b].some(isLong)
  const empty = context.text === 'response' ? 'No response.' : 'Empty.'
  const side = (name: 'A' | 'B', label: string, own: CompareText, other: CompareText) =>
    `${name} · ${label}${operatorSuffix(own, other)}`
  const sides = [
    {
      name: side('A', context.labelA, pair.a, pair.b),
      text: a,
      parts: diff.a,
      color: context.colorA,
    },
    {
      name: side('B', context.labelB, pair.b, pair.a),
      text: b,
      parts: diff.b,
      color: context.colorB,
    },
  ]
  return (
    <article
      className={classes.card}
      data-selected={isSelected || undefined}
      aria-label={`${context.setLabel(pair.seedSetKey)}, seed ${pair.slot}`}
    >
      <header className={classes.cardHead}>
        <UnstyledButton className={classes.cardTitle} aria-pressed={isSelected} onClick={onSelect}>
          {context.setLabel(pair.seedSetKey)} · {pair.slot}
        </UnstyledButton>
        <Value name="A" value={pair.valueA} levels={context.levels} />
        <Value name="B" value={pair.valueB} levels={context.levels} />
        <span title={String(pair.difference ?? '')}>
          <span className="ev-dim">A − B</span> <strong>{formatDifference(pair.difference)}</strong>
        </span>
        {pair.a.operator === pair.b.operator && pair.a.operator ? (
          <Badge variant="default" size="sm" tt="none" fw={400}>
            {pair.a.operator}
          </Badge>
        ) : null}
        <span className={classes.links}>
          <Anchor component={Link} size="xs" href={context.rowHref(pair.a.cellId, pair.a.idx)}>
            Open A
          </Anchor>
          <Anchor component={Link} size="xs" href={context.rowHref(pair.b.cellId, pair.b.idx)}>
            Open B
          </Anchor>
        </span>
      </header>
      <div className={classes.columns} data-open={isWhole || undefined}>
        <TextColumn
          title="Seed"
          text={seed}
          parts={null}
          color={armCss(null)}
          empty={pair.seed ? empty : 'The study has no seed texts.'}
        />
        {sides.map(({ name, text, parts, color }) => (
          <TextColumn
            key={name}
            title={name}
            text={text}
            parts={parts}
            color={armCss(color)}
            empty={empty}
          />
        ))}
      </div>
      {canOpen ? (
        <LinkButton size="xs" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Show less' : 'Show all'}
        </LinkButton>
      ) : null}
      <CardNote isLoading={whole.isLoading} error={whole.error} isLate={diff.isLate} />
    </article>
  )
}
