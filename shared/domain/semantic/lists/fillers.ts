const GREETING =
  "(?:hi|hello|helo|hey|hiya|howdy|greetings|yo|good (?:morning|afternoon|evening|day)|dear (?:all|team|support|sir|madam|sir or madam|customer service))(?: (?:there|all|team|everyone|everybody|folks|guys|support|friend|again|sir|madam|assistant|bot))?";
const APOLOGY =
  "(?:(?:i am |i m )?(?:so |very |really )?sorry (?:to (?:bother|disturb|trouble) you|for (?:the|any) (?:trouble|bother|inconvenience|basic question|dumb question|silly question|interruption)|if this is a (?:dumb|stupid|silly|basic|simple) question|for (?:bothering|troubling|disturbing) you|(?:this is )?(?:a )?(?:dumb|stupid|silly|basic|urgent|quick) question)(?: again)?(?: but)?|(?:so |very |really )?sorry(?: but)?|(?:my )?apologies(?: (?:for the (?:trouble|inconvenience)|in advance))?(?: but)?|(?:excuse|pardon) me(?: but)?|(?:this (?:may|might) be a |maybe a )?(?:dumb|stupid|silly|basic|quick|simple|urgent|short|random) question(?: but| here)?)";
const THANKS =
  "(?:(?:many |lots of |and )?thanks(?: (?:a lot|a bunch|so much|very much|again|in advance|a million|everyone|guys|for (?:your|the|any|all your) (?:help|time|assistance|support|reply)|for helping))?|(?:and )?thank (?:you|u)(?: (?:so much|very much|again|in advance|kindly|for (?:your|the|any) (?:help|time|assistance|support)))?|thankyou|cheers|much appreciated|(?:and )?ta|tia|please and thank you|any help (?:is|would be) (?:much |greatly )?appreciated|(?:your )?help (?:is|would be) (?:much |greatly )?appreciated|(?:please )?help(?: me)?(?: please)?|have a (?:nice|good|great) day|please advise|please|asap|urgent|(?:it )?is urgent|regards|best regards|kind regards)";
const ASKING =
  "(?:(?:just )?(?:curious|wondering)(?: to know)?|(?:i am |i m |i was )(?:just )?(?:wondering|curious|asking|trying to (?:find out|understand|figure out))(?: about)?|i wonder|i (?:would like|want|need|d like|would love) to (?:know|find out|ask|understand)|i have a (?:quick |small |short |simple )?question(?: for you)?|(?:may|can|could) i ask(?: you)?|(?:(?:can|could|would|will) you )?(?:please |kindly |possibly )*(?:tell me|let me know|advise me|help me (?:understand|figure out|find out))|do you (?:happen to )?know|does (?:anyone|anybody|someone) (?:here )?know|any idea|question)";
const DISCOURSE =
  "(?:so|okay|ok|well|um|uh|uhm|hmm|anyway|right|actually|basically|also|and|but|now|then|alright|btw|by the way|first of all)";

/** A whole segment (between commas or sentence ends) that asks nothing. */
export const FILLER_SEGMENT = new RegExp(
  `^(?:${GREETING}|${APOLOGY}|${THANKS}|${DISCOURSE}|${ASKING}|(?:i )?hope (?:you are|this finds you|all is|you re)(?: doing)? (?:well|good)|how are you(?: doing)?(?: today)?|(?:i )?need (?:some )?help|i have a problem|(?:please )?help)$`,
);

/** Words before the question, safe to drop when a question word, an auxiliary or a break follows. */
export const LEADING_FILLER = new RegExp(`^(?:${GREETING}|${APOLOGY}|${ASKING}|${DISCOURSE}|${THANKS}|please|kindly)(?= |$)`);

/** Words after the question. */
export const TRAILING_FILLER = new RegExp(`(?<= )(?:${THANKS}|please|kindly|though|anyway)$`);

/** Words that make a following or preceding "thanks" or "please" a mention and not a courtesy. */
export const MENTION_WORDS: ReadonlySet<string> = new Set(
  "of say saying says word words mean means meaning write writing spell spelled with for the a an to in as and or is called named about pronounce translate between send get give without like use using".split(
    " ",
  ),
);
