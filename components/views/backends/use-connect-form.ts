import { useState } from 'react'
import { useDetect, useDetection, useSaveBackend } from '@/components/hooks/use-backends'
import type { BackendInfo, ConnectInfo, DetectionInfo } from '@/lib/contracts/backends'
import { parseCurl, type CurlParts } from './curl-command'
import { initialForm, keyPart, settingsOf, withDetection, type FormState } from './form-state'

interface ConnectFormOptions {
  /** null = a new one. */
  backend: BackendInfo | null
  info: ConnectInfo
  onSaved(saved: BackendInfo): void
}

/** State and actions of the connect form: what was typed, what was found at the address, saving. */
export function useConnectForm({ backend, info, onSaved }: ConnectFormOptions) {
  const first = info.kinds.find(({ isServer }) => isServer) ?? info.kinds[0]
  const [form, setForm] = useState<FormState>(() => initialForm(backend, first?.id ?? ''))
  const [curl, setCurl] = useState<CurlParts | null>(null)
  const [jobId, setJobId] = useState<string | null>(null)
  const [taken, setTaken] = useState<string | null>(null)
  /** Set once the user goes on without a detection. */
  const [isManual, setManual] = useState(backend !== null)
  const detect = useDetect()
  const detection = useDetection(jobId)
  const save = useSaveBackend()
  const kind = info.kinds.find(({ id }) => id === form.kindId)
  const change = (part: Partial<FormState>) => setForm((before) => ({ ...before, ...part }))

  // What was found is written into the form once, when it arrives; the user may change it afterwards.
  const found: DetectionInfo | null = detection.data?.found ?? null
  if (found && jobId !== null && taken !== jobId) {
    setTaken(jobId)
    setForm((before) => withDetection(before, found))
  }

  const setAddress = (text: string) => {
    const parts = parseCurl(text)
    // What was found, and a key that was sealed for it, belong to the address before.
    setJobId(null)
    detect.reset()
    if (!parts) {
      change({ baseUrl: text, keyDraft: null })
      return
    }
    setCurl(parts)
    setForm((before) => ({
      ...before,
      baseUrl: parts.baseUrl ?? before.baseUrl,
      model: parts.model ?? before.model,
      keyDraft: null,
      ...(parts.keyEnv
        ? { keyMode: 'env', keyEnv: parts.keyEnv }
        : parts.hadKey && info.keyStorageProblem === null
          ? // The key of the command is kept in this form only, and leaves it once, to be sealed.
            { keyMode: 'typed', key: parts.key ?? '' }
          : {}),
    }))
  }

  const look = () => {
    const { key, keyDraft, keyMode, keyEnv, config } = form
    const stored = keyMode === 'stored' && backend ? backend.id : null
    const draft = keyMode === 'typed' && !key ? keyDraft : stored
    detect.mutate(
      {
        url: form.baseUrl,
        keyEnv: keyMode === 'env' && keyEnv.trim() ? keyEnv.trim() : null,
        ...(keyMode === 'typed' && key ? { key } : {}),
        ...(draft ? { keyDraft: draft } : {}),
        caFile: typeof config['caFile'] === 'string' ? config['caFile'] || null : null,
        allowPlainHttp: config['allowPlainHttp'] === true,
      },
      {
        onSuccess: (started) => {
          setJobId(started.job.id)
          // The server has sealed it for the backend to come: no copy stays here. A stored backend gets it when saved.
          if (keyMode === 'typed' && key && backend === null) {
            change({ key: '', keyDraft: started.keyDraft })
          }
        },
        onSettled: () => detect.reset(),
      },
    )
  }

  const submit = () => {
    if (!kind) return
    save.mutate(
      {
        id: backend?.id ?? null,
        kind: form.kindId,
        label: form.label.trim(),
        config: settingsOf(form, kind),
        ...keyPart(form, backend),
      },
      {
        onSuccess: (saved) => {
          change({ key: '', keyDraft: null })
          save.reset()
          onSaved(saved)
        },
      },
    )
  }

  const job = detection.data?.job
  return {
    form,
    change,
    kind,
    curl,
    setAddress,
    look,
    isLooking: detect.isPending || job?.state === 'queued' || job?.state === 'running',
    isWaiting: job?.state === 'queued',
    found,
    lookError: job?.state === 'failed' ? (job.error ?? 'Nothing was found.') : null,
    startError: detect.error,
    isManual,
    setManual,
    save,
    submit,
  }
}
