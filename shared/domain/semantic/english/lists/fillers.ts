/**
 * A small grammar of what people say around a question. The constants are sources of regular expressions over canonical
 * words joined by spaces.
 */
const WHO = "(?:you|anyone|anybody|someone|somebody|any of you|you guys|everyone|one of you)(?: (?:here|please|guys|all|there|out there))?";
const ADVERBS =
  "(?:(?:please|kindly|possibly|maybe|perhaps|just|quickly|actually|also|really|by any chance|be so kind as to|be kind enough to) )*";
const ME = "(?:me|us)";
const TELL = `(?:tell ${ME}|let ${ME} know|explain(?: to ${ME})?|inform ${ME}|advise(?: ${ME})?(?: on)?|clarify(?: for ${ME})?|enlighten ${ME}|remind ${ME}|help ${ME}(?: to)? (?:understand|figure out|find out|work out|know|learn)|help (?:to )?(?:understand|explain)|show ${ME}|teach ${ME}|say|describe|shed (?:some )?light on|point out(?: to ${ME})?|give ${ME} (?:an idea|a hint|some advice|advice|info|information)(?: (?:on|about|of))?)`;
const TELLING = `(?:telling ${ME}|letting ${ME} know|explaining(?: to ${ME})?|informing ${ME}|advising(?: ${ME})?(?: on)?|clarifying|reminding ${ME}|showing ${ME}|helping ${ME} (?:understand|figure out|find out|work out)|sharing|saying)`;
const KNOWING = "(?:know|have (?:any|an|some) idea|have (?:any|a) clue|remember|recall|understand|happen to (?:know|remember|recall))";
const MODAL = "(?:can|could|would|will|might|may)";
const TELL_REQUEST = `(?:(?:${MODAL}|do|does) ${WHO} ${ADVERBS}(?:be able to |be willing to |mind |happen to be able to |care to )?${ADVERBS}(?:${TELL}|${TELLING})|(?:would|do) (?:it be|you mind)(?: possible to)? ${ADVERBS}(?:${TELL}|${TELLING})|(?:is there )?(?:any|a) chance (?:that )?(?:${WHO} ${MODAL} ${ADVERBS}${TELL}|of ${TELLING})|mind ${TELLING}|${ADVERBS}${TELL}|is (?:anyone|anybody|someone) able to ${TELL}|(?:is it possible|are you able) to ${TELL})`;
const KNOW_REQUEST = `(?:(?:do|does|did|would|will|might|can|could)(?: not)? ${WHO}(?: not)? ${ADVERBS}${KNOWING}|(?:any|a|is there any) chance (?:that )?${WHO}(?: ${MODAL}| would happen to)? ${KNOWING}|you would(?: not)? happen to know|${WHO} know|who (?:knows|can (?:tell ${ME}|explain(?: to ${ME})?))|any (?:idea|ideas|clue|thoughts|insight|insights|advice|tips|suggestions)(?: (?:on|about|of|as to))?|have you (?:any|got any) idea)`;
const HOPING = `(?:(?:i am|i was|we are|we were|am|was)? ?(?:just |kind of |really )*(?:hoping|wondering|curious|asking|thinking|interested|confused|unsure|unclear|not sure|stuck)(?: (?:to know|to find out|to learn|about|as to|on|in knowing|myself))?|i (?:just )?wonder(?:ed)?|i am trying to (?:find out|understand|figure out|work out|learn|know)|trying to (?:find out|understand|figure out|work out|learn))`;
const HOPE_CLAUSE = `(?: (?:if|whether|that))? (?:${WHO}|it) (?:${MODAL}|knows?|might know|happen(?:s|ed)? to know|can help|would know)(?: be able to| mind| please| kindly| possibly| help me(?: to)? (?:understand|figure out))?(?: (?:${TELL}|${TELLING}|${KNOWING}))?`;
const GRATEFUL = `(?:(?:i|we) (?:would|will|should|shall) (?:really |greatly |very much |so |be )*(?:appreciate|appreciate it|grateful|thankful|love it|happy|glad)(?: it)? if ${WHO} (?:${MODAL} )?${ADVERBS}(?:${TELL}|${TELLING})|it would be (?:great|nice|helpful|lovely|good|awesome|amazing) if ${WHO} (?:${MODAL} )?${ADVERBS}${TELL}|(?:i|we) (?:need|want|would like|would love) (?:${WHO} )(?:to )?${TELL})`;
const SELF = `(?:(?:i|we) )?(?:just |only |really |also |still |urgently |quickly |am |was )*(?:(?:would|will) (?:really )?(?:like|love)|want|wanted|need|needed|wish|have been (?:trying|wanting|meaning)|am keen|am dying|am looking|am eager|have|wanting|writing|emailing|messaging|calling|here) (?:to )?(?:just |quickly )?(?:know|find out|ask(?: you)?|understand|figure out|work out|learn|get to know|hear|be told)(?: about| from you)?`;
const IGNORANCE =
  "(?:(?:(?:i|we) )?(?:really |still |just )*(?:do not|can not|could not) (?:really |fully |quite |seem to )*(?:know|understand|get|figure out|remember|find out|work out)|(?:i|we) have no (?:idea|clue)|no (?:idea|clue)|dunno|idk|i am (?:not sure|unsure|confused)(?: about| as to)?|not sure)";
const QUESTION =
  "(?:(?:so |and |but |ok |okay )?(?:my|the|here is my|here is a|i have a|i have|i have got a|got a|have a|just a|a|one|another|quick|simple|short|small|random|real|very|little|more|general|genuine|serious|honest|next|last|final|only|first) )*(?:question|query|(?<=(?:quick|another|last|next|final|simple|more|random) )(?:one|thing))(?: (?:for you|here|about this|for (?:everyone|all|the experts)|that i have|i have))?(?: (?:is|was))?(?: (?:this|as follows))?";
const CURIOSITY =
  "(?:(?:just )?(?:out of|from|for) (?:pure |sheer |idle )?(?:curiosity|interest)|just (?:curious|asking|wondering|checking)|asking for a friend|(?:may|can|could|might) i (?:please |just |quickly )*ask(?: you)?(?: (?:a (?:quick )?question|something|about))?|let me ask(?: you)?(?: this)?|if (?:i|you) (?:may|can|could) (?:ask)?|if you (?:do not|would not) mind(?: (?:me asking|my asking|telling me|explaining))?|tell me)";

/** Phrases that ask to be told something. A clause in statement order follows ("… why airlines overbook flights"). */
const ASKING = `(?:${HOPING}${HOPE_CLAUSE}|${GRATEFUL}|${TELL_REQUEST}|${KNOW_REQUEST}|${SELF}|${HOPING}|${IGNORANCE}|${CURIOSITY}|${QUESTION})`;

const GREETING =
  "(?:hi|hello|helo|hullo|hallo|hey|heya|hiya|hai|howdy|greetings|yo|sup|good (?:morning|afternoon|evening|day)|morning|evening|afternoon|gday|dear|hi hi|hello hello|hey hey|happy (?:monday|friday|new year))(?: (?:there|all|team|everyone|everybody|folks|guys|support|friend|friends|again|sir|madam|maam|assistant|bot|mate|buddy|dear|professor|prof|doctor|doc|dr|teacher|experts|people|chatgpt|gpt|claude|gemini|ai|siri|alexa|customer service|support team|(?:hr|it|sales|support|billing|service|tech|admin|finance|payroll) (?:team|desk|department|people|folks|support)|sir or madam|sir / madam|moderators|community|you|to you|to you all|reddit|peeps|bro|man|dude|ladies|gents))*";
const JUDGED =
  "(?:dumb|stupid|silly|daft|basic|obvious|simple|naive|noob|noobish|newbie|random|weird|odd|strange|embarrassing|embarrassed|ignorant|idiotic|foolish|quick|urgent|short|little|small|lame|trivial|easy|beginner|common|repeated|repeat|duplicate|off topic|ridiculous|crazy|long|vague|unclear|boring|annoying|personal|awkward|tmi)";
const SELF_DEPRECATION = `(?!(?:is|are|may|might|could|would|will|seems?|sounds?|be) )(?:(?:i know |i guess |i think |i realize |i am sure |maybe |perhaps |probably |this |that |it |is |may be |might be |be |will be |sounds |seems |sound |seem |may |might |could be |a |an |such |really |very |bit |kind of |sort of |kinda |totally |super |pretty |rather |so |just |sorry |apologies )*${JUDGED}(?: (?:${JUDGED}))*(?: (?:question|questions|one|thing|ask|query|request))?(?: (?:i know|here|i am sure|perhaps|maybe|probably|sorry))*)`;
const SORRY = `(?:(?:i am |my )?(?:so |very |really |terribly |super |sincere )*(?:sorry|apologies|apologize|apologise)(?: again| in advance)?(?: (?:to|for|if|about) (?:\\S+ ){0,8}?(?:bother|disturb|trouble|bothering|troubling|disturbing|bother|inconvenience|interruption|interrupting|question|questions|ask|asking|dumb|stupid|silly|daft|basic|obvious|simple|answered|asked before|english|grammar|spelling|typos|typo|formatting|ignorance|spam|noob|newbie|embarrassing|place|before|post|rant|caps|mess|urgency|rush|hurry|tmi|wall of text|bugging|delay|repeat|repetition)(?: (?:you|everyone|you all|question|questions|this|before|again|here|you again))*)?|(?:excuse|pardon|forgive) (?:me|my (?:ignorance|english|french|spelling|typos))(?: (?:for asking|but))?|i (?:feel|know i sound|sound|am) (?:so |really |a bit |kind of |like )*(?:dumb|stupid|silly|daft|embarrassed|foolish|an idiot)(?: (?:for )?(?:asking|to ask)(?: this)?)?|i am sure (?:this|it) (?:has been|was|is|gets) (?:asked|answered|obvious)(?: (?:before|already|a lot))*|(?:not sure|i am not sure|do not know) (?:if|whether) this is the right (?:place|forum|channel|section)(?: to ask)?|bear with me|no offense|(?:total |complete |absolute |i am (?:a |an )?)?(?:newbie|noob|beginner|newb|first timer) here|new here)(?: but)?`;
const APOLOGY = `(?:${SORRY}|${SELF_DEPRECATION}(?: but)?)`;
// Stricter than APOLOGY, because no break separates it from the question: "is it common …" must stay a question.
const LEADING_APOLOGY = `(?:${SORRY}|${SELF_DEPRECATION} but|(?:(?:this (?:is|may be|might be) |probably |maybe |just )*(?:a |an )?(?:really |very |bit of a )*${JUDGED} (?:question|one))(?: here)?(?: but)?)`;
const THANK_TARGET =
  "(?: (?:a lot|a bunch|a million|a 1000000|1000000|a ton|tons|loads|heaps|so|very|much|so much|very much|ever so much|kindly|again|in advance|in adv|advance|everyone|everybody|all|guys|folks|team|mate|mates|man|bro|buddy|pal|dude|friend|friends|love|sir|you|to all|to anyone who (?:helps|answers|can help|replies)|for (?:(?:your|the|any|all|all your) )?(?:help|helping|time|assistance|support|reply|replies|answer|answers|reading|response|advice|understanding|patience|looking|any help)|for (?:your|the) (?:quick|kind|prompt) (?:help|reply|response)))*";
const HELPFUL =
  "(?:help|advice|assistance|input|guidance|tips|suggestions|answers?|info|information|pointers|ideas|thoughts|feedback|insight)";
const THANKS = `(?:(?:(?:so |and )?(?:many |lots of |big |huge |a million )?thanks|(?:and |i )?thank (?:you|u|ya)|thankyou|cheers|ta|tia|much obliged|bless you|god bless|merci|gracias)${THANK_TARGET}|please and thank you|(?:it is |would be |is |will be )?(?:much|greatly|very much|really|highly)? ?appreciated|(?:i |we |would |will |d |really |do |greatly |much |so |very much )*appreciate (?:it|(?:any|the|your|all|all the|some)(?: ${HELPFUL})?)(?: (?:a lot|so much|very much|in advance|guys|thanks))*|(?:any|your|all|some|the)(?: and all)? ${HELPFUL} (?:is |are |would be |will be |be )?(?:(?:much|greatly|very much|really|highly) )*(?:appreciated|great|welcome|good|nice|lovely|awesome|helpful)|grateful for any ${HELPFUL}|have a (?:nice|good|great|lovely|wonderful) (?:day|one|evening|weekend|week)|(?:best|kind|kindest|warm|warmest)? ?(?:regards|wishes)|best|sincerely|yours(?: (?:truly|sincerely|faithfully))?|xx+|xoxo)`;
const URGENCY =
  "(?:(?:(?:it |this |its )?(?:is |so |really |very |super |quite |kind of |extremely )*(?:urgent|urgently|asap|time sensitive)(?: (?:question|request|help|please|needed|help needed|matter))*|(?:please )?hurry(?: up)?(?: please)?|(?:i )?(?:really |urgently |desperately )*need (?:an? |some |your |to know )?(?:answers?|help|advice|reply|response|this)?(?: ?(?:asap|fast|quickly|quick|now|urgently|right now|right away|immediately|please|soon|badly|with this|with something|here))*|(?:please )?(?:someone |somebody |anyone |anybody |can someone |can anyone |can you |could you )?(?:please )?(?:help|assist)(?: (?:me|us|needed|wanted|out|required|with this))*(?: (?:out|please|asap|urgently|fast|now|quickly))*|(?:please )?(?:reply|respond|answer|advise|get back to me)(?: (?:me|asap|soon|fast|quickly|please|as soon as possible|urgently))*|quick(?:ly)? please|i am (?:so |really |kind of )*(?:desperate|in a hurry|in a rush|panicking|freaking out|stuck|so stuck|lost|at a loss)|in a (?:hurry|rush)|desperate|sos|mayday|very important|important)(?: please)*)";
const DISCOURSE =
  "(?:so|okay|ok|kk|well|um+|uh+|uhm+|er+|erm|hm+|mm+|anyway|anyways|right|actually|basically|also|and|but|now|then|alright|all right|by the way|btw|fyi|first of all|lol|lmao|rofl|haha+|hehe+|tbh|to be honest|honestly|seriously|literally|like|look|listen|see|you know|you see|i mean|say|just|real quick|quickly|real talk|just quickly|hopefully|oh|ah|aha|ooh|wow|oops|yes|yeah|yep|no worries|sigh|ugh|argh|omg|omfg|wtf|bro|dude|guys|hear me out|long story short|please|kindly|eh|huh|yikes|phew|weird one|nevermind|never mind)";
const WELL_WISHES =
  "(?:(?:i )?hope (?:you|this|all|everyone|everything)(?: \\S+){0,6}|how are you(?: \\S+){0,3}|how is it going|how are things|(?:i )?have (?:a|an|this) (?:problem|issue)|i have a problem here|nice to meet you|long time no see|what is up|happy to be here|first time (?:poster|posting|asking|here)(?: here)?|(?:i )?could use (?:some|a) (?:help|hand|advice))";

const phrase = (...sources: readonly string[]): string => `(?:${sources.join("|")})`;

/** Matches a whole segment (between commas or sentence ends) that asks nothing. */
export const FILLER_SEGMENT = new RegExp(
  `^(?:(?:${DISCOURSE} )*${phrase(GREETING, APOLOGY, THANKS, URGENCY, DISCOURSE, ASKING, WELL_WISHES)}(?: (?:please|but|and|so|then|thanks|mate|guys|lol|tho|though|everyone|all|folks|haha))*|${phrase(GREETING, THANKS)}(?: ${phrase(DISCOURSE, URGENCY, THANKS, GREETING, APOLOGY)})+|${phrase(URGENCY, DISCOURSE)}(?: ${phrase(URGENCY, DISCOURSE, THANKS)})+)$`,
);

/** Matches words before the question that embed it as a clause. */
export const LEADING_WRAPPER = new RegExp(`^${ASKING}(?: that)?(?= |$)`);

/** Matches words before the question that may be dropped if a question word, an auxiliary or a break follows. */
export const LEADING_FILLER = new RegExp(`^${phrase(GREETING, LEADING_APOLOGY, DISCOURSE, THANKS, URGENCY)}(?= |$)`);

const TAIL = `(?:though|anyways?|lol|lmao|haha+|hehe|btw|by the way|fyi|tbh|please|kindly|asap|thank you|idk|eh|huh|like|or something(?: like that)?|or so|or whatever|if that makes (?:any )?sense|does that make sense|if you know what i mean|you know|i wonder|any (?:ideas?|thoughts|suggestions|advice|tips|clues?|help)|let me know(?: please)?|(?:please )?tell me|do you(?: happen to)? know|does (?:anyone|anybody) know|(?:can|could) (?:you|anyone|anybody|someone|somebody) (?:please )?(?:help|explain|advise|tell me)(?: me)?(?: out)?(?: please)?|${CURIOSITY}|which is it|or not|mate|bro|dude|guys|${SORRY}|${THANKS}|(?:(?:it|this) is |so |very )*(?:urgent|urgently|asap)|please (?:help|hurry|reply|respond|answer|advise)(?: me)?(?: asap| soon| fast)?|(?:i )?(?:really )?need (?:an? |some )?(?:answer|help|advice)(?: asap| urgently| please| fast| quickly)?)`;
/** Matches words after the question. */
export const TRAILING_FILLER = new RegExp(`(?<= )${TAIL}$`);
/** Words after a question that are dropped only if a break precedes them. */
export const BROKEN_OFF_TAIL = new Set(
  "right correct yes no ok okay yeah so then or help quick now man everyone folks all people friends".split(" "),
);
/** Largest number of words that `TRAILING_FILLER` removes at once. */
export const MAX_TAIL_WORDS = 9;

/** Words next to "thanks" or "please" that show that it is mentioned and not meant as a courtesy. */
export const MENTION_WORDS: ReadonlySet<string> = new Set(
  "of say saying says word words mean means meaning write writing spell spelled with for the a an to in as and or is called named about pronounce translate between send get give without like use using".split(
    " ",
  ),
);
