import type { ChatRole, ChatTags } from '../types'

// Names that public chat files use for the same four parts, in lower case.
const NAMES: Readonly<Record<ChatRole, readonly string[]>> = {
  system: ['system', 'developer', 'system_prompt'],
  user: ['user', 'human', 'prompter', 'usr', 'customer', 'client', 'student'],
  assistant: [
    'assistant',
    'gpt',
    'chatgpt',
    'bing',
    'bard',
    'gemini',
    'claude',
    'model',
    'bot',
    'chatbot',
    'ai',
    'llm',
    'agent',
  ],
  other: [
    'tool',
    'function',
    'observation',
    'function_call',
    'function_response',
    'tool_call',
    'tool_calls',
    'tool_response',
    'tool_result',
    'ipython',
    'environment',
    'context',
  ],
}
const ROLES = new Map(
  Object.entries(NAMES).flatMap(([role, names]) => names.map((name) => [name, role as ChatRole])),
)
// gpt4, gpt-4o, chatgpt-3.5, ...
const GPT = /^(chat)?gpt[-_ ]?\d[\w.-]*$/

/** Returns who a speaker is, null when the name is not known. Names given with the file come first. */
export function roleOf(name: string, tags: ChatTags | null | undefined): ChatRole | null {
  if (tags && Object.hasOwn(tags.roles, name)) return tags.roles[name] as ChatRole
  const plain = name.trim().toLowerCase()
  return ROLES.get(plain) ?? (GPT.test(plain) ? 'assistant' : null)
}
