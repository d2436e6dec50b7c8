import { describe, expect, it } from "vitest";
import { compare } from "../../../../shared/domain/semantic/english/comparing/comparison.ts";
import { analyse } from "../../../../shared/domain/semantic/english/reading/features.ts";
import type { VetoName } from "../../../../shared/domain/semantic/english/comparing/vetoes.ts";

const vetoesOf = (a: string, b: string): readonly VetoName[] => compare(analyse(a), analyse(b), 0.9, undefined).vetoes;

describe("vetoes fire on look-alikes", () => {
  it.each<[VetoName, string, string]>([
    ["numbers", "Can I recover emails after 30 days?", "Can I recover emails after 90 days?"],
    ["numbers", "Can I use one license on two computers?", "Can I use two licenses on one computer?"],
    ["numbers", "Who won the first race in Monaco?", "Who won the second race in Monaco?"],
    ["units", "How many cups are in 2 liters of water?", "How many cups are in 2 gallons of water?"],
    ["codes", "What does error E1045 mean on my oven?", "What does error E1046 mean on my oven?"],
    ["codes", "How do I sort a list in C++?", "How do I sort a list in C#?"],
    ["ranks", "How do I apply the coupon twice at checkout?", "How do I apply the coupon three times at checkout?"],
    ["negation", "Can I enter the apartment with notice?", "Can I enter the apartment without notice?"],
    ["negation", "Why is my battery charging?", "Why is my battery not charging?"],
    ["morphological_negation", "Can I return opened electronics?", "Can I return unopened electronics?"],
    ["morphological_negation", "How do I install Python on Ubuntu?", "How do I uninstall Python on Ubuntu?"],
    ["opposites", "How do I enable dark mode in Chrome?", "How do I disable dark mode in Chrome?"],
    ["opposites", "How early must I be there for a domestic flight?", "How early must I be there for an international flight?"],
    ["opposites", "Is it safe to exercise before surgery?", "Is it safe to exercise after surgery?"],
    ["names", "Do I need a visa to visit Japan?", "Do I need a visa to visit China?"],
    ["parties", "Can I pick up my order at a store?", "Can someone else pick up my order at a store?"],
    ["direction", "How do I transfer money from savings to checking?", "How do I transfer money from checking to savings?"],
    ["direction", "How do I convert a string to an integer?", "How do I convert an integer to a string?"],
    ["direction", "Is Python faster than Ruby?", "Is Ruby faster than Python?"],
    ["direction", "When should I use a list instead of a tuple?", "When should I use a tuple instead of a list?"],
    ["direction", "Can I use React hooks inside a class component?", "Can I use a class component inside React hooks?"],
    ["direction", "How do I make sourdough bread without a starter?", "How do I make a starter without sourdough bread?"],
    [
      "direction",
      "What happens to my hotel booking if my flight is cancelled?",
      "What happens to my flight booking if my hotel is cancelled?",
    ],
    ["direction", "What can I substitute for buttermilk in pancakes?", "What can I substitute buttermilk for in pancakes?"],
    ["role_swap", "Can a tenant sue a landlord for mold?", "Can a landlord sue a tenant for mold?"],
    ["role_swap", "Can my landlord enter my apartment?", "Can I enter my landlord's apartment?"],
    ["question_type", "How do I reset a router?", "Why should I reset a router?"],
    ["question_type", "When did the war end?", "How did the war end?"],
    ["question_type", "How long does shipping take to Peru?", "How much does shipping cost to Peru?"],
    ["language", "How do I reset my router password?", "ルーターのパスワードをリセットするには"],
    ["extent", "Can I dispute all of the charges on my statement?", "Can I dispute only one of the charges on my statement?"],
    ["extent", "How do I delete a stopped container?", "How do I delete all stopped containers?"],
    ["extent", "Do all employees have to take the course?", "Do only new employees have to take the course?"],
  ])("%s: %s / %s", (name, a, b) => {
    expect(vetoesOf(a, b)).toContain(name);
    expect(vetoesOf(b, a)).toContain(name);
  });
});

describe("vetoes do not fire on paraphrases", () => {
  it.each([
    ["passive voice", "How should I store fresh basil?", "How should fresh basil be stored?"],
    ["a reordered list", "Can I take ibuprofen and acetaminophen together?", "Can I take acetaminophen and ibuprofen together?"],
    ["a reordered list after a preposition", "Do you ship to Alaska and Hawaii?", "Do you ship to Hawaii and Alaska?"],
    ["a reordered alternative", "Should I lease or buy an electric car?", "Should I buy or lease an electric car?"],
    ["a reordered comparison", "What is the difference between let and const?", "What is the difference between const and let?"],
    ["a moved clause", "What happens to my booking if my flight is delayed?", "If my flight is delayed, what happens to my booking?"],
    [
      "from and to in a different order",
      "How do I get from Heathrow to London by train?",
      "How do I get to London from Heathrow by train?",
    ],
    ["number words", "Can I recover emails after 30 days?", "Can I recover emails after thirty days?"],
    ["one as an article", "How many grams are in a cup of flour?", "How many grams are in one cup of flour?"],
    ["roman numerals", "When did World War 2 end?", "When did World War II end?"],
    ["an abbreviation", "How do I turn on two-factor authentication?", "How do I turn on 2FA?"],
    ["a rewording of how to", "How do I remove red wine stains?", "What is the best way to remove red wine stains?"],
    ["a negative wording of free of charge", "Is parking free for hotel guests?", "Is there no charge for parking for hotel guests?"],
  ])("%s", (_name, a, b) => {
    expect(vetoesOf(a, b)).toEqual([]);
    expect(vetoesOf(b, a)).toEqual([]);
  });
});
