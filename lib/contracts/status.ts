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

function define(hasValue: boolean, retryable: boolean) {
  return <const Name extends string>(code: number, name: Name, sentence: string) => {
    return { code, name, sentence, hasValue, retryable }
  }
}
const valued = define(true, false)
const missing = define(false, false)
const failed = define(false, true)

export const STATUSES = [
  missing(0, 'not_run', 'Not computed yet.'),
  valued(1, 'ok', 'Computed as defined.'),
  valued(
    2,
    'repaired',
    'The reply did not follow the format exactly; the tolerant parser read it.',
  ),
  valued(3, 'truncated_input', 'The text was cut to the length that the metric defines.'),
  missing(10, 'no_response', 'The row has no response.'),
  missing(11, 'empty_instruction', 'The instruction is empty.'),
  missing(12, 'one_token_response', 'The response leaves no token to score.'),
  missing(13, 'one_token_instruction', 'The instruction leaves no token to score.'),
  missing(14, 'too_long', "The text is longer than the model's context; it was not cut."),
  failed(15, 'backend_floor', 'The server clamped a needed log-probability (minus infinity).'),
  missing(16, 'backend_unsupported', 'The backend cannot provide what the metric needs.'),
  missing(17, 'zero_denominator', 'A loss in the denominator is exactly zero.'),
  failed(18, 'error', 'The request failed; the message is kept with the row.'),
  failed(19, 'cancelled', 'Stopped before this row was reached.'),
  missing(20, 'n_too_small', 'Too few rows for this value to exist.'),
  failed(21, 'ambiguous', 'The reply names more than one answer.'),
  failed(22, 'refused', 'The model refused to answer.'),
  failed(23, 'truncated', 'The reply was cut by the token limit.'),
  failed(24, 'empty', 'The reply is empty.'),
  failed(25, 'unparsed', 'The reply holds no answer that could be read.'),
  failed(26, 'nonfinite', 'The reply is not a finite number.'),
  failed(27, 'out_of_range', 'The number is outside the scale.'),
  failed(28, 'low_coverage', 'The labels hold too little of the probability.'),
  missing(29, 'constant', 'All values are equal, so the statistic is undefined.'),
  missing(30, 'no_parent', 'The row has no parent in the alignment used.'),
  missing(31, 'not_applicable', 'The metric is not defined for this row.'),
  missing(32, 'left_out', "The metric's own rule leaves this row out."),
  // Retried like a failure, because operators can be set after the import.
  failed(
    33,
    'no_operator',
    "The operator that made this row is not known; set the operators of its file, or name one in the metric's parameters.",
  ),
  missing(34, 'no_finish_reason', 'The file does not say why the evolver stopped.'),
  missing(
    35,
    'no_seed',
    'The row has no seed in the alignment used, or the seeds are not in the study.',
  ),
  failed(
    36,
    'reply_too_long',
    'The reply is longer, or has more tags, than a column of this kind takes.',
  ),
  missing(
    37,
    'no_partner',
    'There is no row at the same seed to compare with, or no such file or set of responses.',
  ),
  missing(40, 'not_in_file', 'The file has no value in this row.'),
  missing(
    41,
    'not_of_kind',
    "The value in the file is not of the column's kind; it stays in the row's own fields.",
  ),
  missing(
    42,
    'value_too_long',
    "The value in the file is longer than a column of this kind takes; it stays in the row's own fields.",
  ),
  missing(
    50,
    'undefined_value',
    'A step of the formula has no value in this row: a division by zero, a logarithm or root of a number that has none, or a number too large.',
  ),
] as const satisfies readonly StatusInfo[]

type Status = (typeof STATUSES)[number]
export type StatusName = Status['name']

const byName = new Map<string, Status>(STATUSES.map((status) => [status.name, status]))
const byCode = new Map<number, Status>(STATUSES.map((status) => [status.code, status]))

/** Returns what a status name means, in a sentence; a name that is not known stays as it is. */
export function statusSentence(name: string): string {
  return byName.get(name)?.sentence ?? name
}

/** Returns the byte stored for a status name. */
export function statusCode(name: StatusName): number {
  return (byName.get(name) as Status).code
}

/** Returns the registry entry of a stored byte; an unknown byte (a newer database) reads as `error`. */
export function statusOf(code: number): Status {
  return byCode.get(code) ?? (byName.get('error') as Status)
}

const VALUE_TABLE = new Uint8Array(256)
for (const status of STATUSES) if (status.hasValue) VALUE_TABLE[status.code] = 1

/** Returns true when the value beside this status byte counts. A table look-up, for loops over whole columns. */
export function carriesValue(code: number): boolean {
  return VALUE_TABLE[code] === 1
}
