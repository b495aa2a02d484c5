import { defineRecogniser } from '../types'
import type { JsonValue } from '../types'

const ENTRY_KEYS = [
  'file_name',
  'hf_hub_url',
  'ms_hub_url',
  'om_hub_url',
  'script_url',
  'cloud_file_name',
]

/** LLaMA-Factory's dataset_info.json: names data files and holds no rows. */
export const datasetInfo = defineRecogniser({
  id: 'dataset-info',
  matches(head) {
    const [info] = head.objects
    if (head.objects.length !== 1 || !info) return false
    const entries = Object.values(info)
    return entries.length > 0 && entries.every(isEntry)
  },
  message:
    'This is the dataset_info.json of a LLaMA-Factory folder: it names data files. Import the folder, or the data file it names.',
})

function isEntry(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return ENTRY_KEYS.some((key) => Object.hasOwn(value, key))
}
