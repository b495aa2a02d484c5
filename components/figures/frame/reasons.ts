import { STATUSES } from '@/lib/contracts/status'

const SENTENCES = new Map<string, string>(STATUSES.map(({ name, sentence }) => [name, sentence]))

/** Returns what a status name means, in a sentence. */
export function statusHelp(name: string): string {
  return SENTENCES.get(name) ?? name
}
