import { BACKEND_KINDS, getBackendKind, STAND_IN_KINDS } from '@/lib/backends'
import { serverAddress } from '@/lib/backends/detect/server-address'
import {
  commonSettingsSchema,
  type BackendKindInfo,
  type ConnectInfo,
} from '@/lib/contracts/backends'
import { AppError } from '@/lib/errors'
import { describeParams } from '@/lib/metrics'
import { masterKeyProblem } from './secrets'

type Environment = Record<string, string | undefined>

const COMMON = new Set(Object.keys(commonSettingsSchema.shape))

/** Whether stand-ins for models, whose numbers mean nothing, are offered. */
export function standInsWanted(env: Environment): boolean {
  return env['EVOLENS_ENABLE_FAKE'] === '1'
}

/** Returns the kinds that forms offer, with their settings as fields; stand-ins only where EVOLENS_ENABLE_FAKE is 1. */
export function listBackendKinds(env: Environment = process.env): BackendKindInfo[] {
  const offered = BACKEND_KINDS.filter(
    (kind) => standInsWanted(env) || !STAND_IN_KINDS.has(kind.id),
  )
  return offered.map(({ id, label, description, capabilities, config }) => {
    const params = describeParams(config)
    return {
      id,
      label,
      description,
      capabilities: [...capabilities],
      // Common settings have fields of their own, the same for every kind.
      params: params.filter(({ name }) => !COMMON.has(name)),
      isServer: params.some(({ name }) => name === 'baseUrl'),
    }
  })
}

/** Returns what a connect form needs to know. */
export function connectInfo(env: Environment = process.env): ConnectInfo {
  return { kinds: listBackendKinds(env), keyStorageProblem: masterKeyProblem(env) }
}

/** Returns whether a kind talks to a server at an address. */
function isServerKind(kindId: string): boolean {
  return describeParams(getBackendKind(kindId).config).some(({ name }) => name === 'baseUrl')
}

function refuse(path: readonly PropertyKey[], message: string): never {
  throw new AppError('invalid_input', `${path.map(String).join('.') || 'config'}: ${message}`)
}

/** Returns complete settings of a kind, defaults filled in; throws `invalid_input` naming the field. */
export function parseSettings(
  kindId: string,
  config: Record<string, unknown>,
): Record<string, unknown> {
  const own = getBackendKind(kindId).config.safeParse(config)
  if (!own.success) {
    const issue = own.error.issues[0]
    refuse(issue?.path ?? [], issue?.message ?? 'not valid')
  }
  const common = commonSettingsSchema.safeParse(config)
  if (!common.success) {
    const issue = common.error.issues[0]
    refuse(issue?.path ?? [], issue?.message ?? 'not valid')
  }
  const { prices, replicas } = common.data
  const isServer = isServerKind(kindId)
  if (replicas.length > 0 && !isServer) refuse(['replicas'], 'only servers have replicas.')
  const addresses = [...new Set(replicas.map(serverAddress))]
  const {
    prices: _prices,
    replicas: _replicas,
    ...ownSettings
  } = own.data as Record<string, unknown>
  return {
    ...ownSettings,
    ...(prices ? { prices } : {}),
    ...(addresses.length > 0 ? { replicas: addresses } : {}),
  }
}
