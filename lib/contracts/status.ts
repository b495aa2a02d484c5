/**
 * The one frozen, numbered registry of row statuses, shared by every metric. A number is never reused or renumbered:
 * chunks on disk hold these bytes. `hasValue` says whether the value beside the status byte counts.
 */
export interface StatusInfo {
  readonly code: number
  readonly name: string
  readonly hasValue: boolean
  /** What it means, as shown to the user. */
  readonly sentence: string
  /** Whether "retry failed rows" asks again. */
  readonly retryable: boolean
}

function define(
  code: number,
  name: string,
  hasValue: boolean,
  retryable: boolean,
  sentence: string,
) {
  return { code, name, hasValue, retryable, sentence }
}

export const STATUSES = [
  define(0, 'not_run', false, false, 'Not computed yet.'),
  define(1, 'ok', true, false, 'Computed as defined.'),
  define(
    2,
    'repaired',
    true,
    false,
    'The reply did not follow the format exactly; the tolerant parser read it.',
  ),
  define(
    3,
    'truncated_input',
    true,
    false,
    'The text was cut to the length that the metric defines.',
  ),
  define(10, 'no_response', false, false, 'The row has no response.'),
  define(11, 'empty_instruction', false, false, 'The instruction is empty.'),
  define(12, 'one_token_response', false, false, 'The response leaves no token to score.'),
  define(13, 'one_token_instruction', false, false, 'The instruction leaves no token to score.'),
  define(
    14,
    'too_long',
    false,
    false,
    "The text is longer than the model's context; it was not cut.",
  ),
  define(
    15,
    'backend_floor',
    false,
    true,
    'The server clamped a needed log-probability (minus infinity).',
  ),
  define(
    16,
    'backend_unsupported',
    false,
    false,
    'The backend cannot provide what the metric needs.',
  ),
  define(17, 'zero_denominator', false, false, 'A loss in the denominator is exactly zero.'),
  define(18, 'error', false, true, 'The request failed; the message is kept with the row.'),
  define(19, 'cancelled', false, true, 'Stopped before this row was reached.'),
  define(20, 'n_too_small', false, false, 'Too few rows for this value to exist.'),
  define(21, 'ambiguous', false, true, 'The reply names more than one answer.'),
  define(22, 'refused', false, true, 'The model refused to answer.'),
  define(23, 'truncated', false, true, 'The reply was cut by the token limit.'),
  define(24, 'empty', false, true, 'The reply is empty.'),
  define(25, 'unparsed', false, true, 'The reply holds no answer that could be read.'),
  define(26, 'nonfinite', false, true, 'The reply is not a finite number.'),
  define(27, 'out_of_range', false, true, 'The number is outside the scale.'),
  define(28, 'low_coverage', false, true, 'The labels hold too little of the probability.'),
  define(29, 'constant', false, false, 'All values are equal, so the statistic is undefined.'),
  define(30, 'no_parent', false, false, 'The row has no parent in the alignment used.'),
  define(31, 'not_applicable', false, false, 'The metric is not defined for this row.'),
  define(32, 'left_out', false, false, "The metric's own rule leaves this row out."),
  // Retried like a failure, because operators can be set after the import.
  define(
    33,
    'no_operator',
    false,
    true,
    "The operator that made this row is not known; set the operators of its file, or name one in the metric's parameters.",
  ),
  define(34, 'no_finish_reason', false, false, 'The file does not say why the evolver stopped.'),
  define(40, 'not_in_file', false, false, 'The file has no value in this row.'),
  define(
    41,
    'not_of_kind',
    false,
    false,
    "The value in the file is not of the column's kind; it stays in the row's own fields.",
  ),
  define(
    42,
    'value_too_long',
    false,
    false,
    "The value in the file is longer than a column of this kind takes; it stays in the row's own fields.",
  ),
] as const satisfies readonly StatusInfo[]

export type StatusName = (typeof STATUSES)[number]['name']

const byName = new Map<string, StatusInfo>(STATUSES.map((status) => [status.name, status]))
const byCode = new Map<number, StatusInfo>(STATUSES.map((status) => [status.code, status]))

/** Returns the byte stored for a status name. */
export function statusCode(name: StatusName): number {
  return (byName.get(name) as StatusInfo).code
}

/** Returns the registry entry of a stored byte; an unknown byte (a newer database) reads as `error`. */
export function statusOf(code: number): StatusInfo {
  return byCode.get(code) ?? (byName.get('error') as StatusInfo)
}

const VALUE_TABLE = new Uint8Array(256)
for (const status of STATUSES) if (status.hasValue) VALUE_TABLE[status.code] = 1

/** Returns true when the value beside this status byte counts. A table look-up, for loops over whole columns. */
export function carriesValue(code: number): boolean {
  return VALUE_TABLE[code] === 1
}
