import type { FigureTable } from '../types'
import type { OutcomePrepared, SetPanel } from './outcome'
import { FEW_SETS, LENGTH } from './outcome'
import { coverageText, labelOf, list, number3, plural, unitless } from './text'

const isLength = ({ x }: SetPanel) => x.column === LENGTH

/** Returns one line a measure, the length first: sets, rank correlation with interval, Pearson. */
export function outcomeTable({ panels, y, student }: OutcomePrepared): FigureTable {
  return {
    columns: unitless({
      measure: 'Mean of',
      result: 'Result',
      student: 'Student',
      sets: 'Sets',
      spearman: 'Spearman',
      low: '95 % from',
      high: '95 % to',
      pearson: 'Pearson',
    }),
    rows: panels.map(({ x, n, spearman, low, high, pearson }) => ({
      measure: x.label,
      result: y.label,
      student,
      sets: n,
      spearman,
      low,
      high,
      pearson,
    })),
  }
}

/** Returns the drawn sets: length, metric and result of each. */
export function outcomeSets({ panels, arms, y }: OutcomePrepared): FigureTable {
  const lengths = panels.find(isLength)
  const main = panels.at(-1)
  return {
    columns: [
      ...unitless({ set: 'Set', arm: 'Evolver', source: 'Source' }),
      { key: 'words', label: 'Mean words', unit: 'words' },
      { key: 'x', label: main?.x.label ?? 'Metric', unit: main?.x.unit ?? '' },
      { key: 'y', label: y.label, unit: y.unit },
      { key: 'low', label: '95 % from', unit: y.unit },
      { key: 'high', label: '95 % to', unit: y.unit },
    ],
    rows: (main?.sets ?? []).map((one) => ({
      set: one.label,
      arm: labelOf(arms, one.arm),
      source: one.published ? 'paper' : 'study',
      words: lengths?.sets.find(({ key }) => key === one.key)?.x ?? null,
      x: one.x,
      y: one.y,
      low: one.low,
      high: one.high,
    })),
  }
}

function told({ x, spearman, low, high }: SetPanel): string {
  const interval = low === null || high === null ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`
  const rho =
    spearman === null ? 'no rank correlation' : `Spearman ${spearman.toFixed(3)}${interval}`
  return `${isLength({ x } as SetPanel) ? 'length in words' : x.label} ${rho}`
}

/** Returns the correlation of the length, then that of the metric, and how many sets they are over. */
export function outcomeReading({ panels, y }: OutcomePrepared): string {
  const n = panels[0]?.n ?? 0
  if (n === 0) return ''
  const few = n < FEW_SETS ? '; too few sets for a conclusion' : ''
  return `With ${y.label} over ${plural(n, 'set')}: ${panels.map(told).join('; ')}${few}.`
}

/** Returns the picture in words. */
export function outcomeAltText(prepared: OutcomePrepared): string {
  const { panels, y, counts } = prepared
  const parts = panels.map((panel) => {
    const sets = panel.sets.map(
      ({ label, x, y: result }) => `${label} ${number3(x)} and ${number3(result)}`,
    )
    return `${panel.x.label} and ${y.label}: ${list(sets)}; ${panel.heading}`
  })
  const base =
    parts.length > 0
      ? `Points of sets that students were trained on. ${parts.join('. ')}.`
      : 'No set of rows with a result to draw yet.'
  return `${base} ${coverageText(counts)}.`
}
