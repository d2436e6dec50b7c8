import { describe, expect, it } from "vitest";
import { compare } from "../../../../shared/domain/semantic/english/comparing/comparison.ts";
import { analyse } from "../../../../shared/domain/semantic/english/reading/features.ts";

const VECTORLESS_COSINE = 0.95;

function fired(a: string, b: string): readonly string[] {
  return compare(analyse(a), analyse(b), VECTORLESS_COSINE, undefined).vetoes.filter(
    (name) => name === "role_swap" || name === "direction",
  );
}

describe("a role veto fires if agent and object have changed places", () => {
  it.each([
    ["What should I do if my child bites another child?", "What should I do if another child bites my child?"],
    ["What time is it in Tokyo when it is noon in London?", "What time is it in London when it is noon in Tokyo?"],
    ["Is it cheaper to rent than to buy?", "Is it cheaper to buy than to rent?"],
    ["My neighbor hit my car, what should I do?", "I hit my neighbor's car, what should I do?"],
    ["Can my landlord sue me for damages?", "Can I sue my landlord for damages?"],
    ["Can a patient refuse treatment from a doctor?", "Is a doctor allowed to refuse treatment to a patient?"],
    ["Which animals do lions prey on?", "Which animals prey on lions?"],
    ["What causes root rot in houseplants?", "What does root rot do to a houseplant?"],
    ["How do I see who I blocked on Facebook?", "How do I see who blocked me on Facebook?"],
    ["Does my insurance pay if I hit a parked car?", "Does my insurance pay if someone hits my parked car?"],
    ["How do I give a colleague edit access to my document?", "How do I get edit access to a colleague's document?"],
    ["My flight was cancelled by the airline. Do I get my money back?", "I cancelled my flight with the airline. Do I get my money back?"],
    ["What do I do if I want to sue my contractor?", "What do I do if my contractor wants to sue me?"],
    ["How do I add my wife to my account?", "How do I get added to my wife's account?"],
    ["How do I give feedback to my manager?", "How do I get feedback from my manager?"],
    ["Does poverty cause crime?", "Does crime cause poverty?"],
  ])("%s / %s", (a, b) => {
    expect(fired(a, b)).not.toEqual([]);
    expect(fired(b, a)).not.toEqual([]);
  });
});

describe("no role veto fires if only the word order or the voice differs", () => {
  it.each([
    ["How do I center a div horizontally with CSS?", "How can I horizontally center a div using CSS?"],
    ["What is the recommended tire pressure for a 2019 Honda Civic?", "What tire pressure is recommended for a 2019 Honda Civic?"],
    ["Is overtime paid for salaried employees?", "Do salaried employees get paid overtime?"],
    ["Which documents are required for a Real ID?", "What documents do I need for a Real ID?"],
    ["What are the symptoms of low blood pressure?", "What symptoms does low blood pressure cause?"],
    ["Who wrote Romeo and Juliet?", "Who is the author of Romeo and Juliet?"],
    ["How many planets are there in the solar system?", "How many planets does the solar system have?"],
    ["How do I turn the light off?", "How do I turn off the light?"],
    ["How do I get from Paris to Rome?", "How do I get to Rome from Paris?"],
    ["Can a tenant sue a landlord for mold?", "Is it possible for a tenant to sue a landlord for mold?"],
    ["Does renters insurance cover water damage?", "Is water damage covered by renters insurance?"],
    ["Should I use butter or oil?", "Should I use oil or butter?"],
  ])("%s / %s", (a, b) => {
    expect(fired(a, b)).toEqual([]);
    expect(fired(b, a)).toEqual([]);
  });
});
