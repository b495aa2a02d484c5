import classes from './highlighted-text.module.css'

interface HighlightedTextProps {
  text: string
  /** Beginning and end of each marked place, in order and apart. */
  places: readonly (readonly [number, number])[] | undefined
}

/** Text of the data, as text only, with the places that a search found marked. */
export function HighlightedText({ text, places = [] }: HighlightedTextProps) {
  const shown = places.filter(([from]) => from < text.length)
  if (shown.length === 0) return text
  return (
    <>
      {shown.map(([from, to], k) => (
        <span key={from}>
          {text.slice(shown[k - 1]?.[1] ?? 0, from)}
          <mark className={classes.match}>{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(shown.at(-1)?.[1])}
    </>
  )
}
