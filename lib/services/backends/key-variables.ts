import { AppError } from '@/lib/errors'

type Environment = Record<string, string | undefined>

// Holds the names of variables that may be sent as keys, `*` for any letters; separated by commas or blanks.
const KEY_LIST_VARIABLE = 'EVOLENS_KEY_VARIABLES'

// What keys of inference servers are called. Whoever may add a backend can send a variable to a server of theirs, so
// nothing else of the environment is ever read as a key.
const USUAL_NAMES = ['*_API_KEY', '*_KEY', '*_API_TOKEN', '*_TOKEN']
// Secrets of Evolens and of clouds: not even where the operator's list covers them.
const NEVER = ['EVOLENS_*', 'AWS_*']
// Names that look like keys and open something else; the operator can list one of them by its whole name.
const OTHER_SECRETS =
  `GITHUB_* GH_* GITLAB_* BITBUCKET_* CI_* ACTIONS_* NPM_* NODE_* YARN_* PYPI_* TWINE_*
  CARGO_* DOCKER_* SSH_* GPG_* VAULT_* KUBE* AZURE_CLIENT_* GOOGLE_APPLICATION_* GCP_*
  DIGITALOCEAN_* CLOUDFLARE_* SLACK_* DISCORD_* STRIPE_* WANDB_* SENTRY_* DATABASE_*
  HF_TOKEN HUGGING* *_SECRET_* *_PRIVATE_* *_ACCESS_* *_MASTER_* *_SIGNING_* *_ENCRYPTION_*
  *_DEPLOY_* *_REFRESH_* *_SESSION_* *_BOT_* *_ACCOUNT_* *_SSH_* *_WEBHOOK_* SECRET_*`.split(/\s+/)

function fits(name: string, pattern: string): boolean {
  if (!/^[A-Za-z0-9_*]+$/.test(pattern)) return false
  return new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`, 'i').test(name)
}

const fitsOne = (name: string, patterns: readonly string[]) =>
  patterns.some((pattern) => fits(name, pattern))

/** Returns whether a variable may be sent to a server as its key, by the operator's list or the usual names. */
export function isKeyVariable(name: string, env: Environment = process.env): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || fitsOne(name, NEVER)) return false
  const listed = (env[KEY_LIST_VARIABLE] ?? '').split(/[,\s]+/).filter(Boolean)
  if (listed.some((entry) => entry.toUpperCase() === name.toUpperCase())) return true
  const patterns = listed.length > 0 ? listed : USUAL_NAMES
  return fitsOne(name, patterns) && !fitsOne(name, OTHER_SECRETS)
}

/** Throws `invalid_input` with the remedy unless a variable may be sent to a server as its key. */
export function requireKeyVariable(name: string, env: Environment = process.env): void {
  if (isKeyVariable(name, env)) return
  // A key that was pasted in place of a name must not come back in a message.
  const shown = /^[A-Z_][A-Z0-9_]{0,60}$/.test(name) ? name : 'That'
  if (fitsOne(name, NEVER)) {
    throw new AppError(
      'invalid_input',
      `${shown} is never sent to a server: variables that begin with EVOLENS_ or AWS_ are secrets of their own. Name another one.`,
    )
  }
  throw new AppError(
    'invalid_input',
    `${shown} is no environment variable that may be sent to a server. Name one such as LAB_API_KEY, or add it to ${KEY_LIST_VARIABLE} in the terminal that starts Evolens and start again.`,
  )
}

/**
 * Returns the error for a key variable that the worker lacks. `setWhereAsked` says whether the process that asked has it:
 * then the worker was started without it.
 */
export function unsetKeyError(name: string, setWhereAsked: boolean): AppError {
  return new AppError(
    'data_error',
    setWhereAsked
      ? `${name} is set here, but the worker that runs was started without it. Stop Evolens and start it again where ${name} is set.`
      : `The environment variable ${name} is not set. Set it in the terminal that starts Evolens and start again.`,
    { details: { kind: 'config', reason: 'key_unset', httpStatus: null } },
  )
}
