/** Sources of regular expressions for text in lower case. Each is an alternation without capturing groups. */

/** What asks for instructions or help, up to the thing that is asked for. */
export const asking = [
  String.raw`\bhow (?:do|can|could|would|should|might) (?:i|we|you|one|someone|somebody)\b`,
  String.raw`(?:^|[:"'“-] ?|\b(?:tutorial|guide|guidance|instructions?|steps?|tips|advice|manual|recipe|plan|lesson|explain|describe|demonstrate|outline|know|exactly|(?:tell|show|teach|instruct|inform|help) (?:me|us|someone|people|users|others|children|kids|a user)) (?:on |for |about |of )?(?:exactly )?)how to\b`,
  String.raw`\bwhat(?: is|'s|s| are| would be) (?:the |a |an |some |your )?(?:\w+ ){0,3}(?:way|ways|method|methods|process|plan|strategy|technique|techniques|steps) (?:to|of|for)\b`,
  String.raw`\bwhat (?:steps|should i|do i need|can i)\b`,
  String.raw`\b(?:teach|tell|show|help|guide|instruct|assist) (?:me|us|someone|people|users|others|children|kids)\b`,
  String.raw`\b(?:can|could|will|would) you (?:please )?(?:teach|tell|show|help|explain|give|provide|guide|assist|create|write|make|generate|describe|list)\b`,
  String.raw`(?:^|\b(?:please|now|then|and|to|you|just) )(?:give|provide|write|create|generate|list|describe|explain|outline|develop|design|devise|draft|suggest|share|offer|compose|produce|come up with|brainstorm|demonstrate|show|teach|publish|detail|plan|instruct)\b`,
  String.raw`\bi(?:'m| am)? ?(?:want|need|would like|'d like|plan|planning|intend|going|wanna|wish|trying|about) (?:to|you to)\b`,
  String.raw`\bwhere (?:can|could|do|should|would) (?:i|we|you|one)\b`,
  String.raw`\bwhere (?:to|is a good place to)\b`,
].join('|');

/** What turns a request into its opposite, or into one about the thing, where it stands between asking and the thing. */
export const turning = String.raw`\b(?:prevent\w*|protect\w*|defen[ds]\w*|avoid\w*|stop(?:ping)?|report(?:ing|ed)?|recogni[sz]\w+|spot(?:ting)?|combat\w*|surviv\w+|treat\w*|detect(?:ing|s|ion|or)?|discourag\w+|against|quit\w*|recover\w*|counter\w*|mitigat\w+|without|not|never|don'?t|nobody|no one|if (?:someone|somebody|my|a|i)|law|laws|legal(?:ly)?|histor\w+|summari[sz]\w+|translat\w+|analy[sz]\w+|classif\w+|research\w*|stud(?:y|ies|ying)|documentar\w+|investigat\w+|essay|article|lecture|presentation|news|thesis|why|whether|difference|meaning|define|definition|cope|grieve|heal|forgive|someone (?:who|else)|people who|resist|deal with|handle|respond|safe(?:ly|ty)?|awareness|thought of|idea of|risk|dangers?)\b`;

/** Where such words are part of play, art or sport. */
export const playing = String.raw`\b(?:video ?games?|in[- ]game|the game|a game|board game|gameplay|call of duty|gta|grand theft auto|minecraft|fortnite|counter[- ]?strike|battlefield|witcher|skyrim|valorant|roblox|terraria|rimworld|the sims|hitman \d|assassin'?s creed|zelda|pok[eé]mon|among us|dark souls|elden ring|civilization|crusader kings|dwarf fortress|fallout|overwatch|chess|checkers|poker|dungeons|d&d|dnd|npc|boss fight|judo|boxing|karate|bjj|jiu[- ]?jitsu|mma|wrestling|sparring|martial arts?|novel|short story|story|fiction\w*|screenplay|movie|film|films|filming|tv show|series|episode|character|characters|plot|play|theat(?:er|re)|scene|lyrics|poem|comic|manga|anime|photo\w*|camera|portrait\w*|lens|costume|halloween|murder mystery|escape room|nerf|paintball|laser tag|prank|cosplay|prop|props|metaphor\w*)\b`;

const kin =
  'wife|husband|spouse|partner|girlfriend|boyfriend|ex|mother|mom|mum|father|dad|brother|sister|son|daughter|uncle|aunt|cousin|grandmother|grandfather|grandparent|parents?|family|stepmother|stepfather|boss|manager|neighbou?rs?|co-?workers?|colleagues?|teachers?|classmates?|roommate|landlord|friends?|enem(?:y|ies)|bully|rival|date|tinder date|children|kids?|baby';

/** A person or people. What machines call their children is none. */
export const someone = String.raw`(?:(?:someone|somebody|anyone|everyone|anybody|everybody|people|humans|humanity|civilians|pedestrians|strangers|politicians|cops|children(?! of)|women|men|immigrants)\b|(?:my|your|our|his|her|their|a friend's|my friend's) (?:\w+ ){0,2}(?:${kin})\b|(?:a|an|the|this|that|another|some|many|lots of|several|innocent|random|two|a group of|a crowd of|other|young|all|black|white|gay|old|a (?:\w+ )(?:year[- ]old|years[- ]old)) ?(?:\w+ ){0,2}(?:person|people|human|humans|man|men|woman|women|child|children|kids?|boy|girl|baby|toddler|infant|teenager|cop|cops|police officers?|politicians?|president|senator|congressman|judge|journalist|hostages?|civilians|pedestrians|patients?|students|neighbou?r|classmate|celebrity|public figure|prisoner|employees)\b)(?!['’]s|[- ](?:process|processes|thread|threads|task|tasks|node|nodes|service|session|window|element|container|object|objects|class|tables?|rows?|records?|component))`;

export const group =
  '(?:jews?|jewish people|muslims?|muslim people|christians|hindus|sikhs|black people|blacks|african[- ]americans|white people|asians?|asian people|mexicans?|latinos?|hispanics|arabs?|roma(?: people)?|gyps(?:y|ies)|gays?|gay people|lesbians?|homosexuals?|queers?|trans(?:gender)? people|transgenders|immigrants|migrants|refugees|women|disabled people|palestinians|israelis|chinese people|indians|africans|foreigners)';

export const explosive = String.raw`(?:(?<!\b(?:bath|photo|glitter|seed|cherry|j[aä]ger|chocolate|cocoa|fork|logic|zip|love|smoke|paint|stink|water|sex|f|tea|fat|energy|flavou?r|truth|time|snow|egg|soup) ?)bombs?(?! (?:shelter|cyclone|calorimeter|disposal|squad|detector|detection|threat|pop|ass|dot com)|-)|explosive devices?|explosives|\bieds?\b|molotov cocktails?|molotovs?|napalm|nerve (?:gas|agents?)|sarin|tabun|novichok|mustard gas|lewisite|chlorine gas|ricin|anthrax|botulinum(?: toxin)?|tetrodotoxin|dimethylmercury|(?:biological|biochemical|chemical|nuclear) (?:warfare )?(?:weapons?|agents?)|bio-?weapons?|hand grenades?|ghost guns?|untraceable (?:guns?|firearms?|weapons?)|(?:gun|firearm) silencers?|silencers? for (?:a |my )?(?:gun|firearm|rifle|pistol)|glock switch(?:es)?|suicide vests?|dynamite)`;

export const drug = String.raw`(?:(?:crystal )?meth(?:amphetamine)?s?|crack cocaine|cocaine|heroin|lsd|mdma|ecstasy pills|fentanyl|ghb|dmt|pcp|nitazenes?|illegal drugs|illegal substances|date[- ]rape drugs?|rohypnol)\b(?! (?:addict\w*|abuse|use|users?|statistics?|anonymous|tests?|testing|treatment|recovery|documentary|rehab|help|overdose|withdrawal|therapy|laws?|policy|history|epidemic|crisis))`;

export const malware =
  '(?:ransomware|rootkits?|computer (?:virus(?:es)?|worms?)|malware|malicious (?:code|software|script)|spyware|botnets?|info-?stealers?)';

export const place =
  '(?:schools?|universit(?:y|ies)|hospitals?|church(?:es)?|mosques?|synagogues?|temples?|stadiums?|concerts?|airports?|airplanes?|planes?|trains?|subways?|buildings?|embass(?:y|ies)|courthouses?|police stations?|malls?|crowds?|bridges?|power plants?|power grids?|houses?|homes?|nightclubs?|army bases?|federal buildings?|government buildings?|mosque|parade|marathon|festival)';
