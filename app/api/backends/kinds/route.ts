import { route } from '@/lib/http/route'
import { listBackendKinds } from '@/lib/services/backends'

export const GET = route({ handler: () => listBackendKinds() })
