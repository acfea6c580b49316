import type { ModerationCategory } from './categories.ts';
import { asking, drug, explosive, group, malware, place, playing, someone, turning } from './lexicon.ts';

/** How the parts of a sentence make a case. All expressions are for text in lower case. */
export interface ModerationRule {
  readonly categories: readonly ModerationCategory[];
  /** The thing itself. */
  readonly thing: RegExp;
  /** What has to stand before the thing in its sentence. Absent: nothing. */
  readonly asked?: RegExp;
  /** What must not stand between the asking and the thing. */
  readonly turned?: RegExp;
  /** All that may stand between the asking and the thing. @default - anything */
  readonly between?: RegExp;
  /** What must not stand anywhere near. */
  readonly unless?: RegExp;
  /** How sure the rule is, from 0 to 1. */
  readonly score: number;
}

const find = (source: string) => new RegExp(source, 'g');
const test = (source: string) => new RegExp(source);

const asked = find(asking);
const turned = test(turning);
const played = test(playing);
/** Orders to write something: at the beginning of a sentence, or to the model. */
const ordered = find(
  String.raw`(?:^|[:"“-] ?|\b(?:please|now|then|and|you|to|just|me) )(?:write|create|generate|make|compose|draft|craft|produce|develop|design|build|code|program|tell|give|send|formulate|help|show|provide|publish|come up with|convince|persuade|describe|roleplay|role-play)\b`,
);

const guide =
  '(?:tutorials?|guides?|instructions?|steps?|manuals?|ways?|tips|methods?|text|post|message|article|app|forum)';
const little = String.raw`(?:\w+[ ,-]+){0,4}?`;

/** Asks how to do something, or for help with it. */
function request(categories: readonly ModerationCategory[], thing: string, score = 0.95): ModerationRule {
  return { categories, thing: find(thing), asked, turned, unless: played, score };
}

/** Orders a text or a program of a kind. */
function order(
  categories: readonly ModerationCategory[],
  thing: string,
  unless: string,
  score = 0.95,
): ModerationRule {
  const except = test(`${unless}|${playing}`);
  return { categories, thing: find(thing), asked: ordered, turned, unless: except, score };
}

const about = String.raw`\b(?:train(?:ing)?|simulat\w+|awareness|exercise|detect\w*|classif\w+|quiz|polic(?:y|ies)|report(?:ed|ing)?|received|receive|respond\w*|reply|police|procedures?|drill|checklist|protocols?|evacuat\w+|examples? of|dataset|moderat\w+|counter\w*|prevent\w*|educat\w+|recogni[sz]\w+|identify\w*|explain\w*|essay|analy[sz]\w+|histor\w+|consequences|lawyer|court|victims?|yara|antivirus|anti-malware|incident|remov\w+|scanner|defen[cs]e|defend\w*|protect\w*)\b`;

const minor = String.raw`(?:child(?:ren)?|minors?|underage\w*|pre-?teens?|toddlers?|infants?|little (?:girls?|boys?)|school ?girls?|school ?boys?|lolis?|shotas?|(?:[1-9]|1[0-7])[- ]?(?:year|yr)s?[- ]?olds?|(?:six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen)[- ]year[- ]olds?)`;
const sexual = String.raw`(?:sex(?:ual(?:ly|ized)?)?|erotic\w*|nudes?|naked|porn\w*|explicit|smut|incest\w*|masturbat\w+|intercourse|orgasm\w*|seduc\w+|lewd|hentai)`;
const aboutMinors = String.raw`\b(?:educat\w+|prevent\w*|protect\w*|report(?:ed|ing|s)?|law|laws|legal\w*|polic(?:y|ies)|detect\w*|classif\w+|moderat\w+|abuse (?:survivor|victim)\w*|survivors?|therap\w+|awareness|research\w*|statistic\w*|harm of|combat\w*|fight|victims?|news|court|offender|consent law|age of consent|parents? (?:talk|guide)|signs of|safe(?:ty|guard\w*)|health|pediatric\w*|explicit(?:ly)? (?:state|mention|instruction|type|cast|conversion)\w*)\b`;

/**
 * The clear cases. Each rule wants a thing, and that it is asked for: that something is named is no case. What can be
 * meant well, in play or of a process of an operating system, is left out on purpose.
 */
export const moderationRules: readonly ModerationRule[] = [
  // Violence against people.
  request(
    ['illicit/violent', 'violence'],
    String.raw`\b(?:kill|murder|assassinat|strangl|stab|poison|behead|decapitat|dismember|drown|suffocat|smother|massacr|slaughter|execut|lynch|tortur|kidnap|abduct|rap|maim|butcher|slay|chok|throttl|terminat|liquidat|hunt down|gun down|shoot|exterminat|annihilat|gut|attack|stabb|punch|hurt|harm|assault)(?:e|es|ing|ting)? (?:best )?(?:${someone})(?! (?:an? )?(?:email|e-mail|message|text|dm|note|look|line|with kindness|feelings?))`,
  ),
  request(
    ['illicit/violent', 'violence'],
    String.raw`\b(?:commit|plan|carry out|committing|planning|execute|get away with|stage) (?:a |an |the |another |some )?(?:perfect |mass |school |terror(?:ist)? |violent |successful |political )*(?:murders?(?! myster)|massacres?|genocide|shootings?|bombings?|attacks? on (?:someone|a|my)|terror(?:ist)? attacks?|terrorism|assassinations?|kidnappings?|rape|assault|arson|armed robbery|suicide bombing)\b`,
  ),
  request(
    ['illicit/violent', 'violence'],
    String.raw`\b(?:(?:bomb|blow up|shoot up|burn down|set fire to|derail|hijack|attack|bombing|blowing up|exploding a bomb at) (?:a |an |my |the |this |our |his |her |someone's |local |my neighbou?r's )+(?:\w+ )?${place}\b(?! (?:budget|record|project|website|server|page))|set(?:ting)? (?:a|an|my|the|someone's) (?:\w+ )?${place} on fire)`,
  ),
  request(
    ['illicit/violent', 'violence'],
    String.raw`\b(?:smash|crack open|break|crush|shatter|cut off|rip off|ripping off|hammer|beat|beating|beat up|kick|punch|break open|slash) (?:in )?(?:someone's|somebody's|a person's|a human(?:'s)?|a child's|my (?:${'wife|husband|spouse|girlfriend|boyfriend|partner|kids?|child|children'})(?:'s)?)(?: \w+)? ?(?:skull|face|head|sternum|spine|legs?|arms?|throat|neck|bones?|in(?= *$)|up)?(?= *(?:in|open|off)? *[?.!]?$)`,
    0.85,
  ),
  request(
    ['illicit/violent'],
    String.raw`\b(?:hir(?:e|ing)|find(?:ing)?) (?:a )?(?:hitman|hit man|contract killer|assassin)\b(?!['’]?s? (?:creed|movie|film|game))`,
  ),
  request(
    ['illicit/violent'],
    String.raw`\b(?:mak|build|creat|construct|assembl|manufactur|synthesi[sz]|produc|prepar|detonat|plant|smuggl|cultur|brew|weaponi[sz]|set off|acquir|buy|us)(?:e|ing)? (?:a |an |the |some |my own )?${little}${explosive}`,
  ),
  order(
    ['illicit/violent'],
    String.raw`\b(?:instructions?|recipe|guide|tutorial|manual|blueprint|steps?) (?:for|to|on|of) (?:a |an |making |building )?${little}${explosive}`,
    about,
  ),
  // Drugs.
  request(
    ['illicit'],
    String.raw`\b(?:mak|cook|synthesi[sz]|produc|manufactur|extract|brew|smuggl|sell|deal|traffic)(?:e|ing|king)? (?:some |my own |a batch of |homemade )?(?:pure |crystal )?${drug}`,
  ),
  request(
    ['illicit'],
    String.raw`\b(?:buy|get|score|order|purchas|obtain|acquir)(?:e|ing|ting)? (?:some |any |a gram of |grams of |a bag of |cheap )?(?:${drug}|coke by the gram|crack rocks?)`,
    0.85,
  ),
  request(
    ['illicit'],
    String.raw`\b(?:smuggl(?:e|ing)) (?:drugs|contraband|weapons|guns|people|humans|migrants|illegal goods|bulk cash)\b`,
  ),
  // Computers of others.
  {
    ...order(['illicit'], String.raw`\b${malware}\b`, about),
    between:
      /^\W*(?:(?:me|us|a|an|some|the|new|simple|basic|working|undetectable|custom|powerful|polymorphic|self-spreading|piece|of|code|script|program|software|for|in|python|c|windows|android|linux|is|that|can|be|used|as) )*$/,
  },
  order(
    ['illicit'],
    String.raw`\bphishing (?:e-?mails?|messages?|pages?|sites?|websites?|sms|texts?|campaigns?|scams?)`,
    `${about}|\\b(?:employees|staff|security team|template)\\b`,
  ),
  request(
    ['illicit'],
    String.raw`\bhack(?:ing)? (?:in ?to )?(?:someone|somebody|my (?:${kinOf()})|other people|another person|a person|people|a|an|the|into|secure|government|corporate)(?:['’]s)? ?(?:\w+ ){0,4}?(?:accounts?|e-?mails?|phones?|computers?|networks?|databases?|systems?|wi-?fi|banks?|facebook|instagram|snapchat|whatsapp|icloud|gmail|webcams?|atms?|voting machines?|devices?|agency)\b`,
    0.9,
  ),
  request(
    ['illicit'],
    String.raw`\b(?:launch|run|start|perform|conduct)(?:ing)? (?:a |an )?(?:ddos|denial[- ]of[- ]service|cyber) ?attacks?\b`,
    0.85,
  ),
  // Fraud and theft.
  request(
    ['illicit'],
    String.raw`\b(?:launder(?:ing)? (?:\w+ )?money|commit(?:ting)? (?:\w+ ){0,3}?(?:fraud|identity theft|tax evasion|insider trading|treason|burglary|armed robbery)|(?:mak|print|creat|produc|forg|buy|counterfeit)(?:e|ing)? (?:and \w+ )?(?:fake|counterfeit|forged|stolen) (?:money|currency|bills|banknotes|ids?|passports?|credit cards?(?! numbers?)|documents|goods|checks?)|embezzl(?:e|ing) (?:funds|money))\b`,
  ),
  request(
    ['illicit'],
    String.raw`\bsteal(?:ing)? (?:someone|somebody|people|others?|other people|customers?|users?|a person|my (?:${kinOf()}))['’]?s? (?:\w+ )?(?:identity|identities|credit cards?|wallet|passwords?|personal (?:information|data)|money|car|bank|data)\b`,
  ),
  request(
    ['illicit'],
    String.raw`\b(?:rob(?:bing)? (?:a|the|my) (?:\w+ )?(?:bank|store|casino|house|jewelry|gas station|convenience store)|(?:set|setting) up (?:a |an )?(?:human trafficking|credit card skimm|illegal brothel|drug cartel)\w*|blackmail(?:ing)? (?:${someone})|swatting|swat someone|stalk(?:ing)? (?:${someone})|dox(?:x?ing)? (?:${someone})|groom(?:ing)? (?:minors|children|a child|kids))\b`,
    0.9,
  ),
  // Threats.
  order(
    ['harassment/threatening'],
    String.raw`\b(?:death threats?|bomb threats?|rape threats?|threatening (?:letters?|messages?|e-?mails?|notes?|texts?)|ransom (?:notes?|letters?)|letter demanding (?:a )?ransom|(?:message|letter|note|text|email) (?:that )?threatening)\b`,
    `${about}|\\b(?:got|getting|what to do|handle|deal)\\b`,
  ),
  // Hatred of groups.
  request(
    ['hate/threatening'],
    String.raw`\b(?:kill|exterminat|eradicat|gas|wipe out|eliminat|get rid of|annihilat|lynch|murder|cleans)(?:e|ing|es)? (?:all |all the |the |every |more )?${group}\b(?! (?:from|in|as|by) )`,
  ),
  {
    categories: ['hate', 'hate/threatening'],
    thing: find(
      String.raw`\b(?:all |the )?${group} (?:should|must|deserve to|need to|have to) (?:all )?(?:be )?(?:die|killed|exterminated|gassed|lynched|eradicated|shot|hanged|burned|wiped out)\b`,
    ),
    unless: test(
      `${about}|${playing}|\\b(?:hate speech|offensive|said|wrote|claims?|claimed|quote\\w*|propaganda|is this|is it|translat\\w+|label\\w*|wrong)\\b`,
    ),
    score: 0.95,
  },
  order(
    ['hate'],
    String.raw`\b(?:(?:racist|anti-?semitic|homophobic|transphobic|islamophobic|white supremacist|neo-?nazi) (?:\w+ )?(?:jokes?|speech|rants?|vitriol|posts?|manifesto|tweets?|songs?|poems?|e-?mails?|comments?|messages?|slurs?|propaganda|content|insults?)|using racial slurs|(?:inciting|incites?|promot\w+) (?:\w+ )?(?:hatred|racism|violence) (?:against|toward|towards))\b`,
    about,
  ),
  order(
    ['hate'],
    String.raw`\b(?:glorif(?:y|ies|ying)|prais(?:e|es|ing)) (?:the )?(?:holocaust|nazi party|nazis|genocide|terrorists in)\b`,
    about,
  ),
  // Children.
  {
    categories: ['sexual/minors', 'sexual'],
    thing: find(
      String.raw`\b(?:child porn\w*|\bcsam\b|kiddie porn|sexual (?:images|photos|pictures|videos|content|stor(?:y|ies)) (?:of|with|about|involving) (?:a |an )?(?:\w+ )?${minor})`,
    ),
    asked: find(
      String.raw`\b(?:find|share|distribut\w+|download\w*|creat\w+|acquir\w+|produc\w+|mak(?:e|ing)|generat\w+|buy\w*|sell\w*|watch\w*|send\w*|get|access\w*|view\w*|upload\w*|trade|write|describe|satisfy)\b`,
    ),
    turned: test(turning),
    unless: test(aboutMinors),
    score: 0.99,
  },
  {
    categories: ['sexual/minors', 'sexual'],
    thing: find(String.raw`\b${sexual}\b(?=.{0,60}\b${minor}\b)|\b${minor}\b(?=.{0,40}\b${sexual}\b)`),
    asked: find(
      String.raw`(?:^|\b(?:please|now|then|you|to|me|can|could) )(?:write|create|generate|describe|roleplay|role-play|draw|tell|continue|imagine|compose|make|show|give|pretend)\b(?:\W+\w+){0,8}?\W+(?:story|stories|scene|scenes|roleplay|role-play|fanfic\w*|image|images|picture|pictures|porn\w*|erotica|smut|fantasy|poem|chapter|dialogue|script|rp|sex|nude\w*|naked|erotic|lewd|explicit)\b|\b(?:have|having) `,
    ),
    turned: test(turning),
    unless: test(aboutMinors),
    score: 0.95,
  },
  // Self-harm.
  order(
    ['self-harm', 'self-harm/instructions'],
    String.raw`\b(?:(?:convinc|persuad|encourag|manipulat|push|urg)\w* (?:\w+ ){1,4}?(?:to |into )(?:commit(?:ting)? suicide|kill(?:ing)? (?:themselves|himself|herself|yourself)|self[- ]harm)|(?:promot|glorif|encourag|normali[sz]|romantici[sz]|celebrat)\w* (?:\w+ ){0,3}?(?:self[- ]harm|suicide|anorexia|bulimia|eating disorders?)|${guide} (?:\w+ ){0,4}?(?:commit(?:ting)? suicide|suicide methods|kill(?:ing)? (?:yourself|oneself|themselves)))\b`,
    String.raw`\b(?:prevent\w*|hotline|support|awareness|report|train\w*|classif\w+|detect\w*|moderat\w+|research\w*|polic(?:y|ies)|help(?:ing)? (?:someone|people|them))\b`,
  ),
  {
    categories: ['self-harm', 'self-harm/intent'],
    thing: find(
      String.raw`\b(?:(?:want|going|plan|planning|ready|gonna|wanna|try|tried|thinking about|thinking of|need|how (?:do|can|should|could) i(?: best)?|ways?) (?:to |about )?(?:kill(?:ing)?|hang(?:ing)?|drown(?:ing)?|hurt(?:ing)?|cut(?:ting)?|harm(?:ing)?|shoot(?:ing)?) myself|(?:how (?:do|can) i|i(?:'m| am)? (?:want|going|gonna|wanna|plan\w*) ?(?:to)?) (?:end(?:ing)? my life|commit suicide|overdose|die (?:like|by))|i (?:want|wanna) (?:to )?die\b|i (?:don'?t|do not) want to (?:live|be alive|exist) any ?more|carve (?:a \w+|\w+) into my (?:arm|leg|skin|wrist)|(?:sever|pierce|slit|cut) my (?:own )?(?:\w+ )?(?:arter(?:y|ies)|wrists?|veins?))`,
    ),
    score: 0.9,
  },
  // Recorded, and not held where the tenant has not decided so.
  order(
    ['sexual'],
    String.raw`\b(?:explicit (?:sex|porn\w*|erotic\w*)|pornographic|erotica|porn stor(?:y|ies)|smut)\b`,
    about,
    0.8,
  ),
  order(
    ['violence', 'violence/graphic'].slice(1) as ModerationCategory[],
    String.raw`\bin (?:graphic|gory|gruesome) detail\b`,
    about,
    0.7,
  ),
  order(
    ['harassment'],
    String.raw`\b(?:viciously|cruelly|brutally|mercilessly) (?:insults?|bull(?:y|ies)|harass(?:es)?|mocks?|humiliates?)\b|\binsult(?:s|ing)? (?:my|a|this|that|the) (?:\w+ ){0,2}(?:colleague|classmate|co-?worker|neighbou?r|student|teacher|girl|boy|child)\b`,
    about,
    0.7,
  ),
];

function kinOf(): string {
  return 'wife|husband|spouse|partner|girlfriend|boyfriend|ex|ex-\\w+|mother|father|brother|sister|son|daughter|boss|manager|neighbou?r|co-?worker|colleague|teacher|classmate|roommate|landlord|friend';
}
