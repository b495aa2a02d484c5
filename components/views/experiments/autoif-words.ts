import { repairsText } from './repairs-text'

const REASON: Record<string, string> = {
  too_short: 'too short for a query (20 characters or fewer)',
  too_long: 'too long',
  duplicate: 'the same text came before',
  not_in_list: 'a line that is not of the list',
  no_list: 'no list of constraints',
  no_marks: 'lines without the marks of a list',
  refused: 'refusal',
  no_block: 'no block of JSON',
  bad_json: 'JSON that cannot be read',
  no_evaluate: 'no Python function evaluate(response)',
  no_cases: 'no case that is a pair of input and output',
  no_function: 'no reply held a checking function',
  no_case: 'no reply held a case',
  few_functions: 'fewer different functions than the plan asks',
  few_cases: 'fewer different cases than the plan asks',
  no_case_confirmed: 'no function confirms a case',
  low_accuracy: 'no function gets enough cases right',
  no_description: 'the function was not described',
  contradiction: 'the function contradicts its constraint',
  inconsistent: 'all functions contradict the constraint',
  surplus: 'not drawn: other evolvers have fewer',
  low_score: 'score below the limit of the plan',
  unparsed: 'the answer could not be read',
  other_form: 'read from an answer in another form',
}

const REPAIR: Record<string, string> = {
  unlabelled_fence: 'block not marked as JSON',
  no_fence: 'JSON without a fence',
  unclosed_fence: 'fence not closed',
  raw_line_ends: 'line ends within texts',
  python_words: 'True, False or None in place of JSON',
  trailing_comma: 'comma before a bracket',
  lone_backslash: 'backslash not escaped',
  other_keys: 'other names of keys',
  case_lists: 'cases as lists',
  cases_left_out: 'cases that are not pairs left out',
  source_in_lines: 'source as a list of lines',
  source_in_fence: 'source in a fence of its own',
  escaped_twice: 'line ends escaped twice',
  fetching_lines: 'lines that download or request deleted',
}

/** Returns a reason of AutoIF in words, each of several repairs in its turn; null where it is none of them. */
export function autoIfReason(reason: string): string | null {
  const own = REASON[reason]
  if (own !== undefined) return own
  return repairsText(reason, REPAIR)
}
