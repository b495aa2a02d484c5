/** A piece of a rendered prompt. */
interface Segment {
  text: string
  /** Whether it is a row's own text in the place of a placeholder. */
  isFilled: boolean
}

/** Returns the rendered prompt cut where a row's text begins and ends; other names in braces stay as they stand. */
export function segments(
  template: string,
  values: Readonly<Record<string, string>>,
  allowed: readonly string[],
): Segment[] {
  // The split keeps the names: every second piece is one.
  return template.split(/\{([a-z_]+)\}/).flatMap((piece, index): Segment[] => {
    if (index % 2 === 0) return piece === '' ? [] : [{ text: piece, isFilled: false }]
    if (!allowed.includes(piece) || !Object.hasOwn(values, piece)) {
      return [{ text: `{${piece}}`, isFilled: false }]
    }
    return [{ text: values[piece] || '(empty)', isFilled: true }]
  })
}
