'use client'

import { Button } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { parseAsString, useQueryStates } from 'nuqs'
import { usePrompts } from '@/components/hooks/use-prompts'
import { notifyUndo } from '@/components/ui/notify'
import { Page } from '@/components/ui/page'
import { Notice, QueryState } from '@/components/ui/states'
import { PageTitle } from '@/components/shell/page-title'
import { isOwnQuestion, type PromptInfo, type PromptKind } from '@/lib/contracts/prompts'
import { newQuestion, type Draft } from './draft'
import { PromptDetail } from './prompt-detail'
import { PromptEditor } from './prompt-editor'
import classes from './prompts.module.css'

const DEFAULT_PROMPT = 'judge-level'

/** Placeholders that a question of the user's own knows: those of any in the list. */
function ownPlaceholders(prompts: readonly PromptInfo[]): readonly string[] {
  return prompts.find(({ kind }) => isOwnQuestion(kind))?.allowed ?? []
}

interface PromptsProps {
  prompts: PromptInfo[]
  draft: Draft | null
  setDraft(draft: Draft | null): void
}

function Prompts({ prompts, draft, setDraft }: PromptsProps) {
  const [at, setAt] = useQueryStates(
    { prompt: parseAsString, version: parseAsString },
    { history: 'push' },
  )
  const discard = () => {
    if (!draft) return
    setDraft(null)
    notifyUndo('The draft was discarded.', () => setDraft(draft))
  }
  const prompt =
    prompts.find((one) => one.id === at.prompt) ??
    prompts.find((one) => one.id === DEFAULT_PROMPT) ??
    prompts[0]
  if (!prompt) return null
  const asked = prompt.versions.find((one) => one.hash === at.version)
  const version = asked ?? prompt.versions[0] ?? null
  const isGone =
    (at.prompt !== null && at.prompt !== prompt.id) || (at.version !== null && asked === undefined)
  const edited = draft ? (prompts.find((one) => one.id === draft.promptId) ?? null) : null
  const parent = draft
    ? (prompts.flatMap((one) => one.versions).find((one) => one.hash === draft.parentHash) ?? null)
    : null
  return (
    <div className={classes.columns}>
      {isGone && !draft ? (
        <div className={classes.gone}>
          <Notice>
            The prompt that the address names is not here: it was deleted, or belongs to another
            data folder. What is shown instead is <span dir="auto">{prompt.name}</span>
            {version ? `, version ${version.version}` : ''}.
          </Notice>
        </div>
      ) : null}
      <PromptList
        prompts={prompts}
        selectedId={draft ? (edited?.id ?? null) : prompt.id}
        onSelect={(id) => {
          discard()
          void setAt({ prompt: id, version: null })
        }}
      />
      {draft ? (
        <PromptEditor
          draft={draft}
          prompt={edited}
          parent={parent}
          allowed={edited?.allowed ?? ownPlaceholders(prompts)}
          onChange={setDraft}
          onDiscard={discard}
          onSaved={(saved) => {
            setDraft(null)
            void setAt({ prompt: saved.id, version: null })
          }}
        />
      ) : version ? (
        <PromptDetail
          key={prompt.id}
          prompt={prompt}
          version={version}
          onSelect={(hash) => void setAt({ prompt: prompt.id, version: hash })}
          onEdit={setDraft}
        />
      ) : null}
    </div>
  )
}

/** Prompts of the program and of the user: versions, editing, difference and live preview. */
const GROUPS: readonly { kinds: readonly PromptKind[]; label: string }[] = [
  { kinds: ['rubric'], label: 'Your rubrics' },
  { kinds: ['column'], label: 'Your columns' },
  { kinds: ['judge'], label: 'Judging rows and pairs' },
  { kinds: ['evolve'], label: 'Evolving instructions' },
  { kinds: ['respond'], label: 'Writing responses' },
]

interface PromptListProps {
  prompts: readonly PromptInfo[]
  selectedId: string | null
  onSelect(promptId: string): void
}

function PromptList({ prompts, selectedId, onSelect }: PromptListProps) {
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

export function PromptsView() {
  const query = usePrompts()
  // It survives a reload and a visit to another page.
  const [draft, setDraft] = useSessionStorage<Draft | null>({
    key: 'evolens-prompt-draft',
    defaultValue: null,
  })
  return (
    <Page
      title="Prompts"
      description="The prompts sent to models: evolution operators, difficulty ratings, your own rubrics, and questions whose answers make a column. A stored text never changes; each edit is a new version, and its hash is part of the definition of every run that uses it."
      actions={
        <>
          {(['rubric', 'column'] as const).map((kind) => (
            <Button
              key={kind}
              variant="default"
              leftSection={<IconPlus size={14} />}
              onClick={() => setDraft(newQuestion(kind))}
            >
              New {kind}
            </Button>
          ))}
        </>
      }
    >
      <PageTitle parts={['Prompts']} />
      <QueryState query={query} what="The prompts could not be read" lines={8} height={56}>
        {(prompts) => <Prompts prompts={prompts} draft={draft} setDraft={setDraft} />}
      </QueryState>
    </Page>
  )
}
