import { PromptsView } from '@/components/views/prompts/prompts-view'

export default function PromptsPage() {
  return <PromptsView />
}
