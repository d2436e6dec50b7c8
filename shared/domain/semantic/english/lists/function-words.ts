const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words without content. Directional prepositions and negators are examined separately. */
export const FUNCTION_WORDS = set(
  "a an the this that these those i me my mine myself we us our ours you your yours he him his she her hers it its they them their theirs one someone somebody anyone anybody people " +
    "using be am is are was were been being do does did done doing have has had having can could will would shall should may might must " +
    "and or but nor so if then else because as than to of in on at by for with from into onto out up down off over under about through during via per upon within " +
    "what which who whom whose when where why how there here not no never none please just also too very really quite much many more most some any all each every both either neither " +
    "get gets got getting let lets s t d ll re ve m okay such own same other another else it's ever still already yet only even now then go goes going exactly actually while given inside within amid around",
);

/** Prepositions that give the next content word a role. */
export const ROLE_PREPOSITIONS = set(
  "to from into onto inside within in on at by for with without of over under than before after between against toward through during until since as about via per except instead",
);

/** Prepositions that change the question if only one side has them. */
export const WEIGHTY_PREPOSITIONS = set(
  "from to into without over under than before after until since against through during except instead outside inside above below ahead behind beyond despite unless out",
);

/** Words that negate a sentence. */
export const NEGATORS = set("not no never without none neither nor cannot unable hardly barely except");

/** Words that can start a question. */
export const QUESTION_STARTERS = set(
  "what which who whom whose when where why how is are am was were do does did can could will would shall should may might must has have had in at for by on to",
);

/** Verbs and nouns that say little about what is asked. */
export const LIGHT_WORDS = set(
  "use make need want take give thing way know find tell mean work help possible able allow try look explain describe provide like good best kind type sort example various different specific certain process procedure step method steps someone new user current available involve place take right hold best better count fine proper suitable person " +
    "actually actual usually usual typically typical generally general normally normal properly correctly simply total overall handle purpose recommend recommended suggest suggested item stuff object case situation go come put happen consist include contain exist offer available concept idea term call called known point exact exactly own considered consider be become come allowed permit permitted able manage click machine",
);

/** Modals and auxiliaries. The word-by-word comparison ignores them. */
export const AUXILIARIES = set(
  "using be am is are was were been being do does did have has had can could will would shall should may might must",
);

export const PRONOUNS = set("i me my we us our you your he him his she her they them their it its one");
