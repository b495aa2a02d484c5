import { FEWEST_LETTERS, isProse, proseOf, type Languages } from './language'
import { NO, evolved, yes, type HealthRule } from './rule'
import { scriptsOf } from './scripts'

// The parent's script must cover at least this share of the row's letters.
const COVER = 0.5
// Languages whose scores are nearer than this (Danish and Swedish) are not told apart.
const NEAR = 0.9

function tellApart(own: Languages, other: Languages): string | null {
  const [first] = own ?? []
  const [second] = other ?? []
  if (!own || !other || !first || !second || first[0] === second[0]) return null
  const scoreOf = (languages: NonNullable<Languages>, language: string) =>
    languages.find(([name]) => name === language)?.[1] ?? 0
  const isSure =
    scoreOf(own, second[0]) < NEAR * first[1] && scoreOf(other, first[0]) < NEAR * second[1]
  return isSure ? `${second[0]} to ${first[0]}` : null
}

const english = 'Explain why the sky looks red at sunset and blue at noon.'

/** The flag of a row in another language than its parent. */
export const languageSwitch: HealthRule = {
  key: 'language_switch',
  label: 'language switch',
  rule: "Row and parent, without code, are mainly in different scripts and the parent's covers less than half of the row's letters; or, in one script, a detector of 60 languages (eld) is sure of both and finds different ones (parameter sameScript). Needs 20 letters in each, and the detector mostly letters; a Han character counts as three, kana and Hangul as two.",
  read: ({ instruction, parent }, { sameScript }, detect) => {
    if (!parent) return { missing: 'no_parent' }
    const [text, before] = [proseOf(instruction), proseOf(parent.instruction)]
    const [own, other] = [scriptsOf(text), scriptsOf(before)]
    if (own.letters < FEWEST_LETTERS || other.letters < FEWEST_LETTERS) {
      return { missing: 'not_applicable' }
    }
    if (own.main !== other.main) {
      const covered = (own.of.get(other.main) ?? 0) / own.letters
      return covered < COVER ? yes(`${other.main} to ${own.main}`) : NO
    }
    const canDetect =
      sameScript === 'detect' && isProse(text, own.letters) && isProse(before, other.letters)
    const change = canDetect ? tellApart(detect(text), detect(before)) : null
    return change === null ? NO : yes(change)
  },
  examples: [
    [
      'English to Chinese',
      evolved('请解释为什么日落时天空看起来是红色的，而中午是蓝色的，并举例说明。', english),
      'yes',
    ],
    [
      'Chinese to Japanese',
      evolved(
        '日没時に空が赤く見えるのはなぜか、例を挙げて説明してください。',
        '请解释为什么日落时天空看起来是红色的，而中午是蓝色的。',
      ),
      'yes',
    ],
    [
      'English to French',
      evolved('Explique pourquoi le ciel est rouge au coucher du soleil et bleu à midi.', english),
      'yes',
    ],
    [
      'Japanese with more Han characters',
      evolved(
        '日本国憲法第九条戦争放棄条項の成立過程と解釈変遷を説明せよ。',
        'ひまわりのたねがどのようにそだつかをわかりやすくおしえてください。',
      ),
      'no',
    ],
    [
      'code under a text in the same language',
      evolved(
        `${english}\n\`\`\`\nПеременная = значение + другая_переменная + третья_переменная\n\`\`\``,
        english,
      ),
      'no',
    ],
    ['too few letters', evolved('3 + 4 = ?', 'Add.'), 'not_applicable'],
    ['no parent', { parent: null }, 'no_parent'],
  ],
}
