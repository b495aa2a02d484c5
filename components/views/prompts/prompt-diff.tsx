import { diffTexts } from '@/components/views/rows/detail/text-diff'
import classes from './prompts.module.css'

interface PromptDiffProps {
  before: string
  after: string
}

/** The words that a version dropped and added, in one text. */
export function PromptDiff({ before, after }: PromptDiffProps) {
  const parts = diffTexts(before, after)
  return (
    <pre className={`ev-panel ${classes.text}`} dir="auto">
      {parts
        ? parts.map((part, index) => {
            if (part.kind === 'added') {
              return (
                <ins key={index} className={classes.added}>
                  {part.text}
                </ins>
              )
            }
            if (part.kind === 'removed') {
              return (
                <del key={index} className={classes.removed}>
                  {part.text}
                </del>
              )
            }
            return <span key={index}>{part.text}</span>
          })
        : after}
    </pre>
  )
}
