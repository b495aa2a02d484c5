import {
  isOwnQuestion,
  type PromptInfo,
  type PromptScale,
  type PromptVersion,
} from '@/lib/contracts/prompts'

/** What the editor holds while a new version is written. */
export interface Draft {
  /** null = a new question of the user's own. */
  promptId: string | null
  name: string
  template: string
  scale: PromptScale | null
  /** Version that it began as. */
  parentHash: string | null
  note: string
}

const NEW_TEMPLATE = `Read the task below. Do not do it.

Task:
{instruction}

`

const NEW_SCALES = {
  rubric: { kind: 'integers', min: 1, max: 5 },
  column: { kind: 'tags', most: 20 },
} satisfies Record<string, PromptScale>

/** A rubric, or a question that makes a column, to begin with. */
export function newQuestion(kind: keyof typeof NEW_SCALES): Draft {
  return {
    promptId: null,
    name: '',
    template: NEW_TEMPLATE,
    scale: NEW_SCALES[kind],
    parentHash: null,
    note: '',
  }
}

/** The next version of a prompt, beginning as one of its versions. */
export function editOf(prompt: PromptInfo, version: PromptVersion): Draft {
  return {
    promptId: prompt.id,
    name: isOwnQuestion(prompt.kind) ? prompt.name : '',
    template: version.template,
    scale: version.scale,
    parentHash: version.hash,
    note: '',
  }
}

/** The scale that a judge prompt of the program asks for, so that its copy as a rubric reads the same replies. */
const JUDGE_SCALES: Record<string, PromptScale> = {
  'judge-level': {
    kind: 'labels',
    labels: ['very easy', 'easy', 'medium', 'hard', 'very hard'],
  },
  'judge-score': { kind: 'integers', min: 0, max: 100 },
  'judge-digit': { kind: 'integers', min: 1, max: 5 },
}

/** A copy as a question of its own; null for prompts whose replies are no ratings. */
export function copyOf(prompt: PromptInfo, version: PromptVersion): Draft | null {
  const scale = version.scale ?? JUDGE_SCALES[prompt.id] ?? null
  if (!scale) return null
  return {
    promptId: null,
    name: `${prompt.name}, copy`.slice(0, 60),
    // A rubric has no {top}: its scale says where it ends.
    template: version.template.replaceAll('{top}', '5'),
    scale,
    parentHash: version.hash,
    note: '',
  }
}

/** Returns whether a draft differs from the version that it began as. */
export function isChanged(draft: Draft, parent: PromptVersion | null): boolean {
  if (!parent) return true
  const same =
    draft.template.trim() === parent.template.trim() &&
    JSON.stringify(draft.scale) === JSON.stringify(parent.scale)
  return !same
}
