/** `GPT-2 (greedy)` as a key: `gpt-2-greedy`; at most 40 characters. */
export function keyOf(label: string): string {
  return label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
}
