import type { PromptInfo, PromptKind } from '@/lib/contracts/prompts'
import classes from './prompts.module.css'

const GROUPS: readonly { kinds: readonly PromptKind[]; label: string }[] = [
  { kinds: ['rubric'], label: 'Your rubrics' },
  { kinds: ['judge'], label: 'Rating difficulty' },
  { kinds: ['evolve'], label: 'Evolving instructions' },
  { kinds: ['respond'], label: 'Writing responses' },
]

interface PromptListProps {
  prompts: readonly PromptInfo[]
  selectedId: string | null
  onSelect(promptId: string): void
}

export function PromptList({ prompts, selectedId, onSelect }: PromptListProps) {
  return (
    <nav className={`ev-panel ${classes.list}`} aria-label="Prompts">
      {GROUPS.map(({ kinds, label }) => (
        <div key={label}>
          <h2 className={classes.group}>{label}</h2>
          {prompts
            .filter((prompt) => kinds.includes(prompt.kind))
            .map((prompt) => (
              <button
                key={prompt.id}
                type="button"
                className={classes.item}
                aria-current={prompt.id === selectedId ? 'true' : undefined}
                onClick={() => onSelect(prompt.id)}
              >
                <span dir="auto">{prompt.name}</span>
                <span className={classes.count}>
                  {prompt.versions.length > 1 ? `${prompt.versions.length} versions` : ''}
                </span>
              </button>
            ))}
        </div>
      ))}
    </nav>
  )
}
