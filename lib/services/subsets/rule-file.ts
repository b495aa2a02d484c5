import { stringify } from 'yaml'
import { ruleFileSchema, type RuleFile } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { yamlValue } from '../yaml-value'
import { rulesHash } from './stored'

/** Returns the rules as a file that gives the same subset anywhere; its hash is a comment, since the rules decide it. */
export function ruleFileText({ name, rules }: Omit<RuleFile, 'evolens_subset'>): string {
  const text = stringify({ evolens_subset: 1, name, rules }, { lineWidth: 0 })
  return `# SHA-256 of the rules: ${rulesHash(rules)}\n${text}`
}

/** Returns name and rules of a rule file; throws `invalid_input` with the place of what is wrong. */
export function parseRuleFile(text: string): RuleFile {
  const parsed = ruleFileSchema.safeParse(yamlValue(text, 'The rule file'))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const [first, no, ...rest] = issue?.path ?? []
  const place =
    first === 'rules' && typeof no === 'number'
      ? `rule ${[no + 1, ...rest].map(String).join('.')}`
      : [first, no, ...rest]
          .filter((part) => part !== undefined)
          .map(String)
          .join('.')
  throw new AppError(
    'invalid_input',
    `The rule file is not valid${place ? ` at ${place}` : ''}: ${issue?.message}.`,
  )
}
