import classes from './diff-text.module.css'

interface DiffTextProps {
  parts: readonly { kind: 'same' | 'added' | 'removed'; text: string }[]
}

/** Two texts in one: words of the later one, with those that were removed struck out. */
export function DiffText({ parts }: DiffTextProps) {
  return parts.map(({ kind, text }, index) => {
    if (kind === 'same') return <span key={index}>{text}</span>
    const Mark = kind === 'added' ? 'ins' : 'del'
    return (
      <Mark key={index} className={classes[kind]}>
        {text}
      </Mark>
    )
  })
}
