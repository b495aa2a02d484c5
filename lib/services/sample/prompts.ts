import type { Db } from '@/db/client'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import { checkDraft, getPromptInfo, savePrompt } from '../prompts'

const note = 'Of the sample: by examples, which a small model can follow.'

/** Versions of prompts that the sample's evolver was given: it does not keep to the layout that those of the program ask for. */
const DRAFTS = [
  {
    promptId: 'autoif-checker',
    template: `Rule: End the answer with an exclamation mark.
\`\`\`json
{
  "func": "def evaluate(response):\\n    return response.strip().endswith('!')",
  "cases": [
    {"input": "What a day!", "output": true},
    {"input": "It is late.", "output": false}
  ]
}
\`\`\`

Rule: Do not use any full stops.
\`\`\`json
{
  "func": "def evaluate(response):\\n    return '.' not in response",
  "cases": [
    {"input": "Yes, we do", "output": true},
    {"input": "Yes. We do.", "output": false}
  ]
}
\`\`\`

Rule: Use the word river.
\`\`\`json
{
  "func": "def evaluate(response):\\n    return 'river' in response.lower()",
  "cases": [
    {"input": "The river is deep.", "output": true},
    {"input": "The lake is deep.", "output": false}
  ]
}
\`\`\`

Write one JSON object of the same form for this rule, and nothing else. "func" must test this rule.
Rule: {instruction}`,
  },
].map((draft) => promptDraftSchema.parse({ ...draft, note }))

/** Prompt id -> hash of the version that the sample's evolvers of AutoIF and Auto Evol-Instruct were given. */
export const SAMPLE_PROMPTS: Readonly<Record<string, string>> = Object.fromEntries(
  DRAFTS.map((draft) => [draft.promptId, checkDraft(draft).hash]),
)

/** Stores the versions of prompts that the sample's experiments name, where they are not there. */
export function ensureSamplePrompts(db: Db): void {
  for (const draft of DRAFTS) {
    const { hash } = checkDraft(draft)
    const { versions } = getPromptInfo(db, draft.promptId ?? '')
    if (!versions.some((version) => version.hash === hash)) savePrompt(db, draft)
  }
}
