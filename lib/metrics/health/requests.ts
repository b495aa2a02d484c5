// A task says what it wants near its beginning or at its end; the middle of a long text may quote anything.
const HEAD = 400
const TAIL = 200

const ENGLISH =
  'add|address|advise|analy[sz]e|answer|apply|argue|arrange|assess|brainstorm|build|calculate|categori[sz]e|change|check|choose|classify|code|combine|come up|compare|compile|complete|compose|compute|conclude|consider|construct|contrast|convert|correct|count|create|critique|debug|decide|define|demonstrate|derive|describe|design|determine|develop|devise|differentiate|discuss|distinguish|divide|draft|draw|edit|elaborate|estimate|evaluate|examine|expand|explain|explore|express|extract|figure out|fill|find|fix|formulate|generate|give|group|identify|illustrate|imagine|implement|improve|infer|interpret|invent|justify|label|list|make|match|modify|multiply|name|order|organi[sz]e|outline|paraphrase|perform|plan|predict|prepare|present|produce|propose|prove|provide|rank|rate|recommend|reconstruct|refactor|remove|rephrase|replace|research|reverse|review|rewrite|select|show|simplify|sketch|solve|sort|specify|state|subtract|suggest|summari[sz]e|tell|test|think of|trace|transform|translate|turn|use|verify|write'
const GERMAN =
  'analysiere|arbeite|baue|belege|bilde|denke dir|erfinde|ergänze|ermittle|führe|gestalte|halte|nutze|skizziere|stelle|verwende|wähle|zeichne|analysieren sie|beantworte|begründe|berechne|berechnen sie|beschreibe|beschreiben sie|bestimme|beweise|entwickle|entwirf|entwerfen sie|erkläre|erklären sie|erläutere|erstelle|erstellen sie|erzähle|fasse|finde|finden sie|formuliere|gib|geben sie|implementiere|korrigiere|liste|löse|lösen sie|mache|nenne|nennen sie|ordne|plane|prüfe|schlage|schreib|schreibe|schreiben sie|sortiere|übersetze|übersetzen sie|vergleiche|vergleichen sie|verfasse|zähle|zeige'
const FRENCH =
  'analyse[rz]?|ajoute[rz]?|argumente[rz]?|cherche[rz]?|choisis(?:sez)?|complète|démontre[rz]?|évalue[rz]?|justifie[rz]?|organise[rz]?|précise[rz]?|prépare[rz]?|présente[rz]?|calcule[rz]?|classe[rz]?|compare[rz]?|compose[rz]?|conçois|concevez|corrige[rz]?|cite[rz]?|crée[rz]?|décris|décrivez|dessine[rz]?|détermine[rz]?|développe[rz]?|donne[rz]?|dresse[rz]?|écris|écrivez|énumère|établis|établissez|explique[rz]?|fais|faites|génère|identifie[rz]?|imagine[rz]?|indique[rz]?|invente[rz]?|liste[rz]?|nomme[rz]?|planifie[rz]?|propose[rz]?|raconte[rz]?|rédige[rz]?|résous|résolvez|résume[rz]?|reformule[rz]?|traduis|traduisez|transforme[rz]?|trie[rz]?|trouve[rz]?|vérifie[rz]?'
const SPANISH =
  'analiza|añade|argumenta|busca|completa|considera|construye|demuestra|dibuja|elige|evalúa|imagina|indica|indique|investiga|justifica|organiza|planifica|prepara|prepare|presenta|programa|analice|calcula|calcule|clasifica|clasifique|compara|compare|compón|corrige|corrija|crea|cree|cuenta|cuente|da|define|defina|desarrolla|describe|describa|determina|diseña|diseñe|elabora|encuentra|encuentre|enumera|enumere|escribe|escriba|explica|explique|genera|genere|haz|identifica|identifique|implementa|inventa|lista|menciona|nombra|ordena|propón|proponga|redacta|redacte|resuelve|resuelva|resume|resuma|sugiere|traduce|traduzca|transforma'
const PORTUGUESE =
  'analise|calcule|classifique|compare|crie|dê|descreva|descreve|elabore|encontre|escreva|escreve|explica|explique|faça|identifique|liste|nomeie|ordene|proponha|redija|resolva|resuma|sugira|traduza'
const ITALIAN =
  'analizza|calcola|classifica|confronta|crea|dai|descrivi|elenca|fornisci|identifica|immagina|inventa|nomina|ordina|proponi|racconta|riassumi|risolvi|scrivi|spiega|suggerisci|traduci|trova'
const RUSSIAN =
  '(?:напиши|объясни|опиши|перечисли|сравни|переведи|составь|составьте|придумай|предложи|вычисли|реши|найди|назови|создай|докажи|определи|приведи|расскажи|отсортируй|проанализируй)(?:те)?'

// Where a sentence or a quotation may begin: then a list mark, "please" or "Task:" may come first.
const LEAD =
  '(?:^|[.!?:;,\\n"“„«(]|\\b(?:then|and|und|et|y|и) )[\\s"“„«*#>-]*(?:\\d+[.)]\\s*)?(?:(?:please|kindly|now|first|next|then|bitte|veuillez|por favor|пожалуйста)[,]?\\s+)?(?:(?:the |your |new )*(?:task|question|prompt|problem|instruction|aufgabe|tâche|tarea)\\s*:\\s*["“]?\\s*)?'

const VERB = new RegExp(
  `${LEAD}(?:${[ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, RUSSIAN].join('|')})(?![\\p{L}\\p{N}'’])`,
  'iu',
)
// A question that lost its mark.
const ASKING = new RegExp(
  `${LEAD}(?:how (?:many|much|long|old|far|often|do|does|did|can|could|would|should)|what (?:is|are|was|were|do|does|did|would|should)|why (?:is|are|do|does|did)|which of)\\b`,
  'iu',
)
// A wish without an imperative.
const WISH =
  /\b(?:your|the|this|next|new|following) (?:new |next |given |original )?(?:goal|challenge|job|question) (?:is|was|requires|must|asks|will)\b|\b(?:your|the|this|next|new|another) (?:new |next |given |original )?task\b|^\s*["“]?task\s*:|\byou (?:must|should|need to|have to|are asked|are required|are tasked|will be asked)\b|\bi (?:need|want|would like|'d like) you\b|\b(?:can|could|would|will) you\b|\bplease\b|\b(?:du sollst|sie sollen|ich möchte|je voudrais|quiero que|necesito que)\b/i
// Chinese verbs that ask for something. Those of one character count at the beginning of a text only, where they cannot be
// part of another word.
const CHINESE_FIRST =
  '写|寫|讲|谈|求|算|编|造|举|填|画|拟|想|假设|输入|帮|阅读|考虑|去掉|删|建|鉴定|添|加|减|查|说出|输出|改(?!革|善|变)|換|换|搜|合并|拆|调整|测|解(?!放)|绘|整理|提|猜|采访|模拟|扮演|运行|报告(?!指|显)|列|译|挑|选|背诵|练习把|找(?!到)|组织一|做一'
const CHINESE =
  '写一|写出|写下|编写|編寫|撰写|改写|重写|续写|扩写|缩写|起草|解释|解釋|说明|說明|描述|列出|列举|给出|給出|给我|告诉我|计算|計算|设计|設計|分析以下|分析一下|比较|比較|对比|翻译|翻譯|译成|译为|创建|創建|创作|制定|拟定|生成一|提供一|提出一|总结|總結|概括|概述|归纳|简述|阐述|论述|讨论|谈谈|评价|评估|判断|识别|确定|找出|选择|选出|挑选|回答以下|证明|编辑|修改|更正|改正|纠正|删除|替换|转换|排序|分类|推荐|建议一|预测|介绍|检查|实现|推导|验证|取名|取一|取两|取三|取几|起名|命名|补全|完成下|画出|造句|求出|解方程'
// What a task may begin with before its verb: with what, for whom, from which side, as whom.
const CHINESE_BEFORE =
  '给|給|用|以|把|将|從|从|为|為|替|在以下|在下|在给|对|就|根据|根據|按照|使用|利用|基于|针对|通过|结合|作为|按|围绕|向|关于'
// A sentence with one of these before its verb says how things are.
const CHINESE_STATES = '[^。！？\\n是能会会可应]'
// "Preparing for an interview takes ...": a sentence about doing something.
const CHINESE_ABOUT = '[^，。：]{0,14}(?:需要|应该|应当|可以|能够|有助于|意味着|的时候)'
const CJK = new RegExp(
  `[请請](?![求教假客柬])|^[\\s"“「]*(?:${CHINESE_FIRST})(?!${CHINESE_ABOUT})|^[\\s"“「]*(?:${CHINESE_BEFORE})${CHINESE_STATES}{0,30}?(?:${CHINESE}|写|作|画|编|选|换|填|改)|(?:^|[。！？：；，\\n“「\\s])(?:${CHINESE})(?!了|过|得出|${CHINESE_ABOUT})|如何[^。]{0,40}$|怎[么样麼樣][^。]{0,30}$|(?:什么|什麼|多少|哪[些个裡里种])[^。，]{0,20}$|吗$|ください|下さい|なさい|せよ|しろ|書け|述べよ|求めよ|ですか|ますか|(?:해|써|설명해|알려|만들어|말해)\\s?(?:주세요|줘|주십시오)|하(?:세요|시오|십시오|라)|쓰(?:세요|시오)`,
  'u',
)
const QUESTION = /[?？؟;]\s*(?:["'”»)\]*]|$|\s)/u

/** Returns whether a text asks for something: a question mark, an imperative, or a wish, in ten languages. */
export function asksFor(text: string): boolean {
  const whole = text.trim()
  const parts = whole.length <= HEAD + TAIL ? [whole] : [whole.slice(0, HEAD), whole.slice(-TAIL)]
  return parts.some(
    (part) =>
      QUESTION.test(part) ||
      WISH.test(part) ||
      ASKING.test(part) ||
      CJK.test(part) ||
      VERB.test(part),
  )
}
