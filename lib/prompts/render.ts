/** A placeholder in a template: {name}. */
const PLACEHOLDER = /\{([a-z_]+)\}/g

/** Returns the text that is hashed and sent: LF line ends, no blank space at either end. */
export function canonicalText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').trim()
}

/** Returns the names in braces, each once, in order of appearance. */
export function placeholdersIn(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1] as string))]
}

/**
 * Returns the template with each of the given names replaced in a single pass, so that braces inside a value stay as they
 * are. Other text in braces is left alone.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(PLACEHOLDER, (found, name: string) =>
    Object.hasOwn(values, name) ? (values[name] as string) : found,
  )
}

/** What is wrong, or looks wrong, with a template. */
interface TemplateCheck {
  /** Required placeholders that are missing: such a text cannot be stored. */
  missing: string[]
  /** Names in braces that are none of the allowed placeholders: they are sent as they stand. */
  unknown: string[]
  /**
   * Placeholders in another notation that could be meant. Those with braces inside are filled with their signs left around
   * the text; the others are sent as they stand.
   */
  foreign: { found: string; meant: string; isFilled: boolean }[]
}

const FOREIGN = /\{\{\s*([a-z_]+)\s*\}\}|<([a-z_]+)>|\[([a-z_]+)\]|\$\{([a-z_]+)\}/gi

/** Returns what a template lacks and what in it looks like a placeholder but is none. */
export function checkTemplate(
  template: string,
  required: readonly string[],
  allowed: readonly string[],
): TemplateCheck {
  const foreign = new Map<string, string>()
  for (const match of template.matchAll(FOREIGN)) {
    const name = (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').toLowerCase()
    if (allowed.includes(name)) foreign.set(match[0], name)
  }
  const names = placeholdersIn(template)
  return {
    missing: required.filter((name) => !names.includes(name)),
    unknown: names.filter((name) => !allowed.includes(name)),
    foreign: [...foreign].map(([found, name]) => ({
      found,
      meant: `{${name}}`,
      isFilled: found.includes(`{${name}}`),
    })),
  }
}
