import { HelpView } from '@/components/views/help/help-view'

export default function HelpPage() {
  return <HelpView />
}
