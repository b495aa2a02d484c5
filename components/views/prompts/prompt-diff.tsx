import { DiffText } from '@/components/ui/diff-text'
import { diffTexts } from '@/lib/contracts/text-diff'
import classes from './prompts.module.css'

interface PromptDiffProps {
  before: string
  after: string
}

/** The words that a version removed and added, in one text. */
export function PromptDiff({ before, after }: PromptDiffProps) {
  const parts = diffTexts(before, after)
  return (
    <pre className={`ev-panel ${classes.text}`} dir="auto">
      {parts ? <DiffText parts={parts} /> : after}
    </pre>
  )
}
