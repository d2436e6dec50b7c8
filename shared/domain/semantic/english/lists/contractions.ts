/** Contracted form (with or without its apostrophe) → its words. */
export const CONTRACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  (
    "ain't:is not|aren't:are not|can't:can not|cannot:can not|couldn't:could not|didn't:did not|doesn't:does not|don't:do not|hadn't:had not|hasn't:has not|" +
    "haven't:have not|isn't:is not|mightn't:might not|mustn't:must not|needn't:need not|shan't:shall not|shouldn't:should not|wasn't:was not|weren't:were not|" +
    "won't:will not|wouldn't:would not|cant:can not|couldnt:could not|didnt:did not|doesnt:does not|dont:do not|hasnt:has not|havent:have not|isnt:is not|" +
    "shouldnt:should not|wasnt:was not|werent:were not|wont:will not|wouldnt:would not|arent:are not|i'm:i am|im:i am|i've:i have|ive:i have|i'll:i will|i'd:i would|" +
    "you're:you are|youre:you are|you've:you have|you'll:you will|you'd:you would|he'll:he will|she'll:she will|it'll:it will|we're:we are|we've:we have|" +
    "we'll:we will|we'd:we would|they're:they are|theyre:they are|they've:they have|they'll:they will|they'd:they would|it's:it is|that's:that is|thats:that is|" +
    "there's:there is|theres:there is|here's:here is|he's:he is|she's:she is|let's:let us|what's:what is|whats:what is|what're:what are|what'll:what will|" +
    "who's:who is|whos:who is|who'll:who will|where's:where is|wheres:where is|when's:when is|whens:when is|why's:why is|whys:why is|how's:how is|hows:how is|" +
    "how'd:how did|long's:long is|gonna:going to|wanna:want to|gotta:have to|gimme:give me|lemme:let me|thru:through|pls:please|plz:please|plss:please|plsss:please|plis:please|u:you|ya:you|yall:you all|y'all:you all|ty:thank you|tysm:thank you so much|tyvm:thank you very much|tyia:thank you in advance|kinda:kind of|lotta:lot of|outta:out of|coulda:could have|shoulda:should have|woulda:would have|would've:would have|should've:should have|could've:could have|wouldve:would have|shouldve:should have|couldve:could have|might've:might have|there'll:there will|that'll:that will|this'll:this will|what've:what have|whatre:what are|whered:where did|where'd:where did|why'd:why did|who'd:who would|why're:why are|how're:how are|where're:where are|when're:when are|who're:who are|youll:you will|youve:you have|youd:you would|theyll:they will|theyve:they have|weve:we have|itll:it will|shes:she is|hes:he is|mustnt:must not|neednt:need not|hadnt:had not|aint:is not|dunno:do not know|idk:i do not know|idunno:i do not know|whatcha:what are you|shouldn:should not|wouldn:would not|couldn:could not|doesn:does not|didn:did not|hasn:has not|isn:is not|wasn:was not|dont':do not|amn't:am not|it'd:it would|y'know:you know|c'mon:come on"
  )
    .split("|")
    .map((entry) => {
      const [form = "", words = ""] = entry.split(":");
      return [form, words.split(" ")] as const;
    }),
);
