import { isBlank } from './empty'
import { proseOf } from './language'
import { normalText } from './normal'
import { asksFor } from './requests'
import { NO, evolved, yes, type HealthRule } from './rule'

// How replies begin that give something, unless what they give is the task.
const GIVES =
  /^[\s"'“*#]*(?:(?:sure|certainly|of course|absolutely)[,!.:]?\s+)?(?:here(?:'s| is| are)|the (?:final )?answer (?:is|to (?:the|this|your) question)|one possible (?:answer|solution)|answer\s*:|solution\s*:|to solve this|to answer this)\b(?![^.:\n]{0,60}\b(?:task|prompt|instruction|question|rewrit\w+|version|challenge|puzzle|example of how)\b)|^[\s"'“*#]*(?:here(?:'s| is)) (?:a|the|one) possible (?:answer|solution|response)\b|^(?:答案|解答|解)[是为：:]|^(?:以下是|下面是)(?![^。：:]{0,20}(?:任务|提示|指令|问题|改写|重写))/i

/** The flag of a row that answers its parent. */
export const answered: HealthRule = {
  key: 'answered',
  label: 'answered',
  rule: 'The parent asks for something (a question mark, an imperative or a wish, in English, Chinese, Japanese, Korean, German, French, Spanish, Portuguese, Italian or Russian) and the row, without code, asks for nothing or opens as a reply does ("Here is", "The answer is"); no value where the parent asks for nothing.',
  read: ({ instruction, parent }) => {
    if (!parent) return { missing: 'no_parent' }
    if (!asksFor(proseOf(parent.instruction))) return { missing: 'not_applicable' }
    if (isBlank(instruction)) return NO
    if (normalText(instruction) === normalText(parent.instruction)) return NO
    const opening = GIVES.exec(instruction)
    if (opening) return yes(`opens with "${opening[0].trim()}"`)
    return asksFor(proseOf(instruction)) ? NO : yes('asks for nothing')
  },
  examples: [
    [
      'an answer',
      evolved(
        'The four main types of renewable energy are solar, wind, water and heat.',
        'Name four kinds of renewable energy.',
      ),
      'yes',
    ],
    [
      'a rewritten question',
      evolved(
        'Two dice are thrown twice. What is the probability of two nines?',
        'What is the probability of a nine with two dice?',
      ),
      'no',
    ],
    [
      'code as a reply',
      evolved('Here is a function:\n```\ndef f(): return 1\n```', 'Write a function.'),
      'yes',
    ],
    [
      'a task under a preface',
      evolved(
        "Here's the rewritten prompt: write a function of two arguments.",
        'Write a function.',
      ),
      'no',
    ],
    [
      'an answer in Chinese',
      evolved('天空呈现红色是因为阳光在大气中散射。', '请解释日落时天空为何是红色的。'),
      'yes',
    ],
    [
      'an answer in Chinese that begins with its means',
      evolved(
        '通过修理水龙头和缩短淋浴时间，每个家庭都能节约不少用水。',
        '介绍一下节约用水的方法。',
      ),
      'yes',
    ],
    [
      'a task in Chinese that begins with its means',
      evolved(
        '用厨房里的例子介绍节约用水的三种方法，并比较它们的费用。',
        '介绍一下节约用水的方法。',
      ),
      'no',
    ],
    [
      'a text about the task',
      evolved('This task consists of three steps that build on one another.', 'Name three fruits.'),
      'no',
    ],
    ['a parent that asks for nothing', evolved('It is red.', 'The sky is red.'), 'not_applicable'],
    ['no parent', { parent: null }, 'no_parent'],
  ],
}
