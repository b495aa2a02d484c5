import type { DensityAxis, DensityPrepared } from './density'
import { coverageText, labelOf, list, number3, plural } from './text'

// Ends of linear axes are round; those of logarithmic ones are values themselves.
const END_DIGITS = 6

/** Names of evolvers and operators keep their letters. */
function inSentence(label: string): string {
  return label.replace(/^(Seeds|Round|Token|All)\b/, (word) => word.toLowerCase())
}

function panelLabel(prepared: DensityPrepared, row: string, column: string): string {
  return [labelOf(prepared.columns, column), inSentence(labelOf(prepared.rows, row))]
    .filter(Boolean)
    .join(', ')
}

/**
 * Returns who has the higher median in how many panels, and the widest gap; '' with nothing to compare. Only panels in
 * which two evolvers have values count.
 */
export function densityReading(prepared: DensityPrepared): string {
  const { quantity } = prepared
  const arms = prepared.arms.filter((arm) => arm.colorIndex !== null)
  const [first, second] = arms
  if (!first) return ''
  const gaps = prepared.cells.flatMap((cell) => {
    const medianOf = (key: string) => cell.curves.find((curve) => curve.arm === key)?.median ?? null
    const a = medianOf(first.key)
    const b = second ? medianOf(second.key) : null
    return a === null || b === null ? [] : [{ cell, a, b }]
  })
  if (!second || gaps.length === 0) {
    const panel = prepared.cells
      .flatMap((cell) => cell.curves.map((curve) => ({ cell, curve })))
      .toSorted((x, y) => y.curve.n - x.curve.n)[0]
    if (!panel || panel.curve.median === null) return ''
    const where = panelLabel(prepared, panel.cell.row, panel.cell.column)
    const who = labelOf(prepared.arms, panel.curve.arm)
    return `Median ${quantity} of ${who} is ${number3(panel.curve.median)} (${where}).`
  }
  const higher = gaps.filter((gap) => gap.a > gap.b).length
  const lower = gaps.filter((gap) => gap.a < gap.b).length
  const isFirst = higher >= lower
  const [winner, other, times] = isFirst ? [first, second, higher] : [second, first, lower]
  if (times === 0)
    return `${first.label} and ${second.label} have equal median ${quantity} in every panel.`
  // The widest gap in the winner's favour: another one would contradict the sentence.
  const lead = (gap: { a: number; b: number }) => (isFirst ? gap.a - gap.b : gap.b - gap.a)
  const widest = gaps.toSorted((x, y) => lead(y) - lead(x))[0]
  const tail = widest
    ? `; widest in ${panelLabel(prepared, widest.cell.row, widest.cell.column)}: ${number3(isFirst ? widest.a : widest.b)} against ${number3(isFirst ? widest.b : widest.a)}`
    : ''
  const panels = `${times} of ${plural(gaps.length, 'panel')}`
  return `${winner.label} has a higher median ${quantity} than ${other.label} in ${panels}${tail}.`
}

/** Returns the note on values that the axis does not reach, if there are any. */
export function offAxis({ gridFrom, gridTo }: DensityAxis, outside: number): string[] {
  const ends = [gridFrom, gridTo].map((end) => Number(end.toPrecision(END_DIGITS)))
  const text = `${plural(outside, 'value')} outside ${ends.join(' to ')}: off the axis.`
  return outside > 0 ? [text] : []
}

/** Returns the figure in words for readers who do not see it. */
export function densityAltText(prepared: DensityPrepared): string {
  const { subject: title } = prepared
  const panels = prepared.cells.filter((cell) => cell.curves.some((curve) => curve.n > 0))
  if (panels.length === 0) return `${title}. No values yet. ${coverageText(prepared.counts)}.`
  const parts = panels.slice(0, 12).map((cell) => {
    const medians = cell.curves.flatMap((curve) =>
      curve.median === null
        ? []
        : [`${labelOf(prepared.arms, curve.arm)} median ${number3(curve.median)} of ${curve.n}`],
    )
    return `${panelLabel(prepared, cell.row, cell.column)}: ${list(medians)}`
  })
  const rest = panels.length > 12 ? ` and ${panels.length - 12} more panels in the table` : ''
  return `${title}, ${plural(panels.length, 'panel')}. ${parts.join('; ')}${rest}. ${coverageText(prepared.counts)}.`
}
