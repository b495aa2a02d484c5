import { Argument, type Command } from 'commander'
import { SANDBOX_MEANS } from '@/lib/contracts/sandbox'
import { sandboxSetting, setSandbox } from '@/lib/services/sandbox/setting'
import { openContext } from '../context'
import { printRows, say, wantsJson } from '../output'

/** Adds `checkers`. */
export function addCheckersCommand(program: Command): void {
  program
    .command('checkers')
    .description(`say or change whether checking functions may be run here. ${SANDBOX_MEANS}`)
    .addArgument(new Argument('[state]', 'turn it on or off').choices(['on', 'off']))
    .action((state?: 'on' | 'off') => {
      const { db } = openContext()
      const setting = state ? setSandbox(db, { isOn: state === 'on' }) : sandboxSetting(db)
      if (wantsJson(program)) printRows([setting], true)
      else say('Checking functions', setting.isOn ? 'may be run' : 'are not run')
    })
}
