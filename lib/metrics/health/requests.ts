// A task says what it wants near its beginning or at its end; the middle of a long text may quote anything.
const HEAD = 400
const TAIL = 200

const ENGLISH =
  'add|address|advise|analy[sz]e|answer|apply|argue|arrange|assess|brainstorm|build|calculate|categori[sz]e|change|check|choose|classify|code|combine|come up|compare|compile|complete|compose|compute|conclude|consider|construct|contrast|convert|correct|count|create|critique|debug|decide|define|demonstrate|derive|describe|design|determine|develop|devise|differentiate|discuss|distinguish|divide|draft|draw|edit|elaborate|estimate|evaluate|examine|expand|explain|explore|express|extract|figure out|fill|find|fix|formulate|generate|give|group|identify|illustrate|imagine|implement|improve|infer|interpret|invent|justify|label|list|make|match|modify|multiply|name|order|organi[sz]e|outline|paraphrase|perform|plan|predict|prepare|present|produce|propose|prove|provide|rank|rate|recommend|reconstruct|refactor|remove|rephrase|replace|research|reverse|review|rewrite|select|show|simplify|sketch|solve|sort|specify|state|subtract|suggest|summari[sz]e|tell|test|think of|trace|transform|translate|turn|use|verify|write'
const GERMAN =
  'analysiere|analysieren sie|beantworte|begründe|berechne|berechnen sie|beschreibe|beschreiben sie|bestimme|beweise|entwickle|entwirf|entwerfen sie|erkläre|erklären sie|erläutere|erstelle|erstellen sie|erzähle|fasse|finde|finden sie|formuliere|gib|geben sie|implementiere|korrigiere|liste|löse|lösen sie|mache|nenne|nennen sie|ordne|plane|prüfe|schlage|schreib|schreibe|schreiben sie|sortiere|übersetze|übersetzen sie|vergleiche|vergleichen sie|verfasse|zähle|zeige'
const FRENCH =
  'analyse[rz]?|calcule[rz]?|classe[rz]?|compare[rz]?|compose[rz]?|conçois|concevez|corrige[rz]?|cite[rz]?|crée[rz]?|décris|décrivez|dessine[rz]?|détermine[rz]?|développe[rz]?|donne[rz]?|dresse[rz]?|écris|écrivez|énumère|établis|établissez|explique[rz]?|fais|faites|génère|identifie[rz]?|imagine[rz]?|indique[rz]?|invente[rz]?|liste[rz]?|nomme[rz]?|planifie[rz]?|propose[rz]?|raconte[rz]?|rédige[rz]?|résous|résolvez|résume[rz]?|reformule[rz]?|traduis|traduisez|transforme[rz]?|trie[rz]?|trouve[rz]?|vérifie[rz]?'
const SPANISH =
  'analiza|analice|calcula|calcule|clasifica|clasifique|compara|compare|compón|corrige|corrija|crea|cree|cuenta|cuente|da|define|defina|desarrolla|describe|describa|determina|diseña|diseñe|elabora|encuentra|encuentre|enumera|enumere|escribe|escriba|explica|explique|genera|genere|haz|identifica|identifique|implementa|inventa|lista|menciona|nombra|ordena|propón|proponga|redacta|redacte|resuelve|resuelva|resume|resuma|sugiere|traduce|traduzca|transforma'
const RUSSIAN =
  '(?:напиши|объясни|опиши|перечисли|сравни|переведи|составь|составьте|придумай|предложи|вычисли|реши|найди|назови|создай|докажи|определи|приведи|расскажи|отсортируй|проанализируй)(?:те)?'

// Where a sentence or a quotation may begin: then a list mark, "please" or "Task:" may come first.
const LEAD =
  '(?:^|[.!?:;\\n"“„«(]|, (?:and|then|but) |\\b(?:then|and|und|et|y|и) )[\\s"“„«*#>-]*(?:\\d+[.)]\\s*)?(?:(?:please|kindly|now|first|next|then|bitte|veuillez|por favor|пожалуйста)[,]?\\s+)?(?:(?:the |your |new )*(?:task|question|prompt|problem|instruction|aufgabe|tâche|tarea)\\s*:\\s*["“]?\\s*)?'

const VERB = new RegExp(
  `${LEAD}(?:${[ENGLISH, GERMAN, FRENCH, SPANISH, RUSSIAN].join('|')})(?![\\p{L}\\p{N}'’])`,
  'iu',
)
// A wish without an imperative.
const WISH =
  /\b(?:your|the|this|next|new|following) (?:new |next |given |original )?(?:task|goal|challenge|job|question) (?:is|was|requires|must|asks|will)\b|\byou (?:must|should|need to|have to|are asked|are required|are tasked|will be asked)\b|\bi (?:need|want|would like|'d like) you\b|\b(?:can|could|would|will) you\b|\bplease\b|\b(?:du sollst|sie sollen|ich möchte|je voudrais|quiero que|necesito que)\b/i
const CJK =
  /[请請]|(?:^|[。！？：；，\n“「\s\d.、])(?:写|寫|解释|解釋|说明|說明|描述|列出|列举|给出|給出|计算|計算|求|设计|設計|分析|比较|比較|翻译|翻譯|创建|創建|编写|編寫|生成|提供|总结|總結|概括|判断|找出|选择|改写|根据|实现|举例|回答|制定|完成|证明|编辑|将|把|用|为|给)|如何|怎[么样麼樣]|什么|什麼|为什么|多少|哪[些个里]|吗[？?]?|ください|下さい|なさい|(?:せよ|しろ|書け|述べよ|求めよ)|ですか|ますか|해\s?(?:주세요|줘|라|보세요)|하(?:세요|시오|십시오)|쓰(?:세요|시오)|(?:써|설명해|알려)\s?(?:주세요|줘)/u
const QUESTION = /[?？؟;]\s*(?:["'”»)\]*]|$|\s)/u

/** Returns whether a text asks for something: a question mark, an imperative, or a wish, in ten languages. */
export function asksFor(text: string): boolean {
  const whole = text.trim()
  const parts = whole.length <= HEAD + TAIL ? [whole] : [whole.slice(0, HEAD), whole.slice(-TAIL)]
  return parts.some(
    (part) => QUESTION.test(part) || WISH.test(part) || CJK.test(part) || VERB.test(part),
  )
}
