import { fetchHubDatasetEndpoint, hubDatasetEndpoint, hubDownloadsEndpoint } from '@/lib/api/hub'
import { useAsk } from './use-ask'
import { useSend } from './use-change'
import { hubKeys, jobKeys } from './keys'

/** The parts of a data set on the hub; asked for when a name was given. */
export function useHubDataset(asked: { name: string; revision: string } | null) {
  const query = asked ?? { name: '', revision: 'main' }
  return useAsk(hubDatasetEndpoint, { query }, hubKeys.dataset(query), {
    enabled: asked !== null,
    retry: false,
  })
}

/** Downloads that go on or wait to be imported. */
export function useHubDownloads() {
  return useAsk(hubDownloadsEndpoint, {}, jobKeys.downloads)
}

/** Starts the job that fetches parts of a data set. */
export function useFetchDataset() {
  return useSend(fetchHubDatasetEndpoint, {}, jobKeys.all)
}
