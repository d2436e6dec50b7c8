"""Makes training pairs for the posterior model.

    python3 make_pairs.py --questions qqp-80854.json.gz --out pairs.jsonl

Natural pairs come from GPTCache's copy of Quora Question Pairs, which is read at training time and never stored here.
From its duplicates this script makes traps (one edit, on either side, that changes the answer) and repeats (edits that
do not change it). It skips the fifth of the questions that models/static holds out, which is kept for measurements.
Each line of the output is {a, b, label, source, group}. Seeded. WordNet comes from the Debian package wordnet-base.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import random
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "static"))
from question_pairs import load_pairs  # noqa: E402

SEED = 20261121
NATURAL = 24_000
UNRELATED_STEP = 7
WORDNET = pathlib.Path("/usr/share/wordnet")
QUALIFIERS = {
    "tail": "in India|in the US|in Canada|in Germany|in China|for kids|for beginners|for women|for men|for students|for seniors|for dogs|at night|in winter|in summer|at work|at home|at school|on Android|on iPhone|on Windows|"
    "on a Mac|without a license|without an account|without internet|with a fever|during pregnancy|after surgery|before sleeping|on an empty stomach|in a rental|for a small business|under 18|over 65|"
    "while traveling|by mail|by phone|in person|for free|on weekends|from abroad|with bad credit|in Python|in Java|in Excel|using SQL|for two people|in one week|as a beginner|with no experience",
    "adjective": "new|used|small|large|old|cheap|digital|electric|organic|private|public|local|foreign|international|online|free|professional|wireless|married|joint|second|rental|commercial|temporary|expired|lost|damaged|frozen|dried|wild|domestic|unused|partial|secured|senior|junior|advanced|basic",
}
QUESTION_SWAPS = [
    (r"^how (do|can|to|should) (i|we|you)?", ["why do {}", "when should {}", "where can {}", "how often should {}", "how much does it cost to", "how long does it take to", "who can", "can {}"]),
    (r"^what is the best way to ", ["what is the worst way to ", "what is the cheapest way to ", "why should I ", "when should I ", "what is the fastest way to "]),
    (r"^what is ", ["who is ", "where is ", "when is ", "why is ", "how is ", "how much is "]),
    (r"^what are ", ["where are ", "why are ", "how many are ", "who are "]),
    (r"^why (is|are|do|does|did) ", ["when {} ", "where {} ", "how {} ", "who {} "]),
    (r"^who ", ["when ", "where ", "why "]),
    (r"^when ", ["where ", "why ", "how "]),
    (r"^where ", ["when ", "why ", "how "]),
    (r"^(can|should|does|is|do|will) ", ["why {} ", "when {} ", "how {} "]),
]
NUMBERS = ["2", "3", "4", "5", "7", "8", "12", "15", "20", "24", "30", "40", "50", "60", "90", "100", "200", "500", "1000"]


def read_siblings():
    """Maps each word to words that share the parent of its most frequent sense; its synonyms are left out."""
    synsets, first = {}, {}
    for name in ("noun", "verb"):
        for line in (WORDNET / f"data.{name}").read_text().splitlines():
            if line.startswith(" "):
                continue
            f = line.split(" | ")[0].split()
            count = int(f[3], 16)
            words = [f[4 + 2 * i] for i in range(count)]
            at = 4 + 2 * count
            parents = [f[at + 2 + 4 * i] for i in range(int(f[at])) if f[at + 1 + 4 * i] in ("@", "@i")]
            synsets[(name, f[0])] = (words, parents)
        for line in (WORDNET / f"index.{name}").read_text().splitlines():
            if not line.startswith(" "):
                f = line.split()
                first.setdefault(f[0], []).append((name, f[-int(f[2])], int(f[-int(f[2]) - 1])))
    children = collections.defaultdict(list)
    for (name, offset), (words, parents) in synsets.items():
        for parent in parents:
            children[(name, parent)].append(offset)
    siblings = {}
    for word, senses in first.items():
        name, offset, tagged = max(senses, key=lambda sense: sense[2])
        found = []
        for parent in synsets[(name, offset)][1][:1]:
            for other in children[(name, parent)]:
                if other != offset:
                    found += [w for w in synsets[(name, other)][0][:1] if re.match(r"^[a-z]{3,}$", w)]
        if found:
            siblings[word] = found
    return siblings


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    rng = random.Random(SEED)
    loaded = load_pairs(pathlib.Path(options.questions))
    rows = [{"text_a": loaded.questions[a], "text_b": loaded.questions[b], "label": label} for a, b, label in loaded.pairs if not loaded.held_out[a]]
    frequency = collections.Counter(w for r in rows for w in set(re.findall(r"[a-z]+", r["text_a"].lower())))
    siblings = read_siblings()
    names = [w for w, c in collections.Counter(w for r in rows for w in re.findall(r"(?<=[a-z] )[A-Z][a-z]{2,}", r["text_a"])).items() if c >= 10]
    vocabulary = {w for w, c in frequency.items() if c >= 30}

    def substitute(text):
        words = text.split(" ")
        at = [i for i, w in enumerate(words) if re.match(r"^[a-z]{4,}[?.,]?$", w) and w.rstrip("?.,") in siblings and frequency[w.rstrip("?.,")] < 2500]
        rng.shuffle(at)
        for i in at:
            word = words[i].rstrip("?.,")
            options_ = [s for s in siblings[word] if s in vocabulary and s != word]
            if options_:
                words[i] = words[i].replace(word, rng.choice(options_))
                return " ".join(words)
        return None

    def name_swap(text):
        found = re.findall(r"(?<=[a-z] )[A-Z][a-z]{2,}", text)
        if not found:
            return None
        old = rng.choice(found)
        new = rng.choice(names)
        return text.replace(old, new) if new != old else None

    def number_swap(text):
        found = re.findall(r"\b\d+\b", text)
        if not found:
            return None
        old = rng.choice(found)
        new = rng.choice([n for n in NUMBERS if n != old])
        return re.sub(rf"\b{old}\b", new, text, count=1)

    def qualifier(text):
        body = text.rstrip("?. ")
        if rng.random() < 0.5:
            return body + " " + rng.choice(QUALIFIERS["tail"].split("|")) + "?"
        matches = list(re.finditer(r"\b(a|an|the|my|your) (?=[a-z]{3,})", body))
        if not matches:
            return body + " " + rng.choice(QUALIFIERS["tail"].split("|")) + "?"
        m = rng.choice(matches)
        return body[: m.end()] + rng.choice(QUALIFIERS["adjective"].split("|")) + " " + body[m.end() :] + "?"

    def drop_word(text):
        words = text.rstrip("?").split(" ")
        at = [i for i, w in enumerate(words) if i > 2 and re.match(r"^[A-Za-z]{4,}$", w) and frequency[w.lower()] < 600]
        if len(at) < 3:
            return None
        del words[rng.choice(at)]
        return " ".join(words) + "?"

    def question_swap(text):
        for pattern, swaps in QUESTION_SWAPS:
            m = re.match(pattern, text, re.I)
            if m:
                group = m.group(m.lastindex) if m.lastindex else ""
                return (rng.choice(swaps).format(group or "I") + " " + text[m.end() :].strip()).replace("  ", " ").capitalize()
        return None

    def negate(text):
        for pattern, to in ((r"\b(can|should|does|do|is|are|will) (i|we|you|it|they|people|the \w+)\b", r"\1 \2 not"), (r"\bwith\b", "without"), (r"\bis\b", "is not")):
            new = re.sub(pattern, to, text, count=1, flags=re.I)
            if new != text:
                return new
        return None

    def direction(text):
        m = re.search(r"\b(\w{3,}) (from|into|over|than|before|after|vs) (\w{3,})\b", text)
        return text[: m.start()] + f"{m.group(3)} {m.group(2)} {m.group(1)}" + text[m.end() :] if m else None

    edits = [substitute] * 5 + [name_swap] * 2 + [number_swap, qualifier, qualifier, qualifier, question_swap, drop_word, negate, direction]

    def repeat(text):
        kind = rng.randrange(6)
        body = text.rstrip("?. ")
        if kind == 0:
            return body.lower()
        if kind == 1:
            return rng.choice(["Hi, ", "Hello! ", "Sorry, ", "Quick question: ", "Please tell me, "]) + body[0].lower() + body[1:] + "?"
        if kind == 2:
            return body + rng.choice([". Thanks!", ", please?", "?? thank you", " thx"])
        if kind == 3:
            words = body.split(" ")
            at = [i for i, w in enumerate(words) if re.match(r"^[a-z]{6,}$", w)]
            if at:
                i = rng.choice(at)
                j = rng.randrange(1, len(words[i]) - 1)
                words[i] = rng.choice([words[i][:j] + words[i][j + 1 :], words[i][:j] + words[i][j] + words[i][j:], words[i][:j] + words[i][j + 1] + words[i][j] + words[i][j + 2 :]])
            return " ".join(words) + "?"
        if kind == 4:
            return re.sub(r"\b(\w+) is\b", r"\1's", body, count=1) + "?"
        return body.upper() if rng.random() < 0.2 else re.sub(r"^How do I", "How can I", body) + "?"

    rng.shuffle(rows)
    duplicates = [r for r in rows if r["label"] == 1][:NATURAL]
    others = [r for r in rows if r["label"] == 0][:NATURAL]
    group = lambda r: hashlib.sha256(r["text_a"].lower().encode()).hexdigest()[:8]
    with open(options.out, "w") as out:
        def write(a, b, label, source, key):
            out.write(json.dumps({"a": a, "b": b, "label": label, "source": source, "group": key}) + "\n")

        for r in duplicates:
            write(r["text_a"], r["text_b"], 1, "qqp", group(r))
            for source_text, other in ((r["text_a"], r["text_a"]), (r["text_a"], r["text_b"])):
                for edit in rng.sample(edits, 4):
                    edited = edit(source_text)
                    if edited and edited.lower() != source_text.lower():
                        write(other, edited, 0, "trap:" + edit.__name__ + (":same" if other is source_text else ":reworded"), group(r))
                        break
            if rng.random() < 0.3:
                write(r["text_a"], repeat(r["text_a"]), 1, "repeat", group(r))
            if rng.random() < 0.1:
                write(r["text_b"], repeat(r["text_a"]), 1, "repeat:reworded", group(r))
        for r in others:
            write(r["text_a"], r["text_b"], 0, "qqp", group(r))
        # Unrelated questions teach the model that two texts without a common word are different questions.
        for r, other in zip(duplicates, duplicates[UNRELATED_STEP:]):
            write(r["text_a"], other["text_b"], 0, "unrelated", group(r))


main()
