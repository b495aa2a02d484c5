import { stringify } from 'yaml'
import { ruleFileSchema, type RuleFile } from '@/lib/contracts/subset'
import { parseYamlFile } from '../yaml-file'
import { rulesHash } from './stored'

/** Returns the rules as a file that gives the same subset anywhere; its hash is a comment, since the rules decide it. */
export function ruleFileText({ name, rules }: Omit<RuleFile, 'evolens_subset'>): string {
  const text = stringify({ evolens_subset: 1, name, rules }, { lineWidth: 0 })
  return `# SHA-256 of the rules: ${rulesHash(rules)}\n${text}`
}

function placeOf([first, no, ...rest]: readonly PropertyKey[]): string {
  if (first === 'rules' && typeof no === 'number')
    return `rule ${[no + 1, ...rest].map(String).join('.')}`
  return [first, no, ...rest]
    .filter((part) => part !== undefined)
    .map(String)
    .join('.')
}

/** Returns name and rules of a rule file; throws `invalid_input` with the place of what is wrong. */
export function parseRuleFile(text: string): RuleFile {
  return parseYamlFile(text, ruleFileSchema, 'rule file', placeOf)
}
