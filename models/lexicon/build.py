"""Builds shared/domain/semantic/english/data/lexicon-data.ts.

Sources: WordNet 3.0 (Debian package wordnet-base), the SCOWL word lists (Debian packages
wamerican, wamerican-small and wbritish), and document frequencies counted over the questions
in GPTCache's copy of Quora Question Pairs (only counts per word are kept, no text).

    python3 build.py --questions qqp-80854.json.gz

The output is deterministic. The licences of the sources are in LICENCES.md in this folder.
"""

import argparse
import collections
import gzip
import json
import math
import pathlib
import re

WORDNET = pathlib.Path("/usr/share/wordnet")
DICT = pathlib.Path("/usr/share/dict")
OUT = pathlib.Path(__file__).parents[2] / "shared/domain/semantic/english/data/lexicon-data.ts"
MIN_DOCUMENT_FREQUENCY = 12
MAX_SENSE_RANK = 3
POS_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
PLAIN = re.compile(r"^[a-z]{2,}$")


def words_of(name):
    lines = (DICT / name).read_text(encoding="utf-8").split()
    return {w for w in lines if PLAIN.match(w)}


def read_synsets():
    """Maps (part of speech, offset) to (words, pointers). The words keep their order."""
    synsets = {}
    for pos, name in POS_FILES.items():
        for line in (WORDNET / f"data.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                continue
            f = line.split(" | ")[0].split()
            count = int(f[3], 16)
            words = [re.sub(r"\(.*\)$", "", f[4 + 2 * i]) for i in range(count)]
            at = 4 + 2 * count
            pointers = []
            for i in range(int(f[at])):
                symbol, offset, target_pos, ends = f[at + 1 + 4 * i : at + 5 + 4 * i]
                pointers.append((symbol, offset, target_pos.replace("s", "a"), int(ends[:2], 16), int(ends[2:], 16)))
            synsets[(pos, f[0])] = (words, pointers)
    return synsets


def read_ranks():
    """Maps (part of speech, word, offset) to the rank of that sense of the word; 1 is the most frequent sense."""
    ranks = {}
    for pos, name in POS_FILES.items():
        for line in (WORDNET / f"index.{name}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                continue
            f = line.split()
            senses = int(f[2])
            for rank, offset in enumerate(f[-senses:], 1):
                ranks[(pos, f[0], offset)] = rank
    return ranks


def pack(words):
    """Front coding: a capital letter gives the length of the prefix shared with the previous word; the rest follows."""
    out, previous = [], ""
    for word in sorted(words):
        shared = 0
        while shared < min(len(word), len(previous), 25) and word[shared] == previous[shared]:
            shared += 1
        out.append(chr(65 + shared) + word[shared:])
        previous = word
    return "".join(out)


BRITISH_RULES = [
    (r"our", "or"), (r"ise", "ize"), (r"isa", "iza"), (r"isi", "izi"), (r"yse", "yze"), (r"ysi", "yzi"), (r"tre", "ter"), (r"bre", "ber"),
    (r"lled", "led"), (r"lling", "ling"), (r"ller", "ler"), (r"llor", "lor"), (r"ogue", "og"), (r"ence", "ense"),
    (r"ae", "e"), (r"oe", "e"), (r"mme$", "m"), (r"mmes$", "ms"), (r"ould", "old"), (r"yre", "ire"), (r"ellery", "elry"),
    (r"ough$", "ow"), (r"lment", "llment"), (r"lful", "llful"), (r"eque", "eck"), (r"grey", "gray"), (r"cosy", "cozy"), 
]


def british_pairs(american, british):
    pairs = {}
    for word in sorted(british - american):
        for pattern, to in BRITISH_RULES:
            candidate = re.sub(pattern, to, word)
            if candidate != word and candidate in american and candidate not in pairs:
                pairs[word] = candidate
                break
    return pairs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", required=True)
    questions_path = parser.parse_args().questions
    american, british, common = words_of("american-english"), words_of("british-english"), words_of("american-english-small")
    known = american | british

    df = collections.Counter()
    total = 0
    for row in json.load(gzip.open(questions_path)):
        for text in (row["text_a"], row["text_b"]):
            total += 1
            df.update(set(re.findall(r"[a-z0-9+#]+", text.lower())))

    irregular = {}
    for name in POS_FILES.values():
        for line in (WORDNET / f"{name}.exc").read_text().splitlines():
            form, *bases = line.split()
            if PLAIN.match(form) and bases and PLAIN.match(bases[0]) and (form in common or df[form] >= 5) and form != bases[0]:
                if name in ("adj", "adv") or bases[0] + bases[0][-1] in american:
                    continue  # comparatives keep their form; "installed" belongs to "install", not to "instal"
                irregular.setdefault(form, bases[0])
    for form in ("left", "found", "ground", "lay", "saw", "felt", "rose", "fell", "bore", "wound", "lit", "bit", "axes", "bases", "data", "media", "lives", "leaves", "rung", "shot", "spat", "dove", "wove"):
        if form not in ("found", "felt", "rose", "fell", "leaves", "lives", "shot"):
            irregular.pop(form, None)

    synsets, ranks = read_synsets(), read_ranks()
    usable = lambda w: PLAIN.match(w) and (w in common or df[w] >= 5)
    groups, antonyms, derived = {}, set(), set()
    for (pos, offset), (words, pointers) in synsets.items():
        ranked = [(w.lower(), ranks.get((pos, w.lower(), offset), 99)) for w in words]
        members = sorted({w for w, r in ranked if usable(w) and w == w.lower() and r <= MAX_SENSE_RANK})
        if len(members) >= 2:
            strong = sorted({w for w, r in ranked if usable(w) and r == 1})
            groups.setdefault(tuple(members), set()).update(strong if len(strong) >= 2 else [])
        for symbol, target_offset, target_pos, source, target in pointers:
            if symbol not in ("!", "+") or not source or not target:
                continue
            a, b = words[source - 1].lower(), synsets[(target_pos, target_offset)][0][target - 1].lower()
            if a == b or not (usable(a) and usable(b)):
                continue
            if symbol == "!":
                antonyms.add(tuple(sorted((a, b))))
            elif a[:3] == b[:3] and min(ranks.get((pos, a, offset), 9), ranks.get((target_pos, b, target_offset), 9)) <= 2:
                derived.add(tuple(sorted((a, b))))
    for (pos, offset), (words, pointers) in synsets.items():  # adverb -> adjective pertainyms
        for symbol, target_offset, target_pos, source, target in pointers:
            if symbol == "\\" and pos == "r" and source and target:
                a, b = words[source - 1].lower(), synsets[(target_pos, target_offset)][0][target - 1].lower()
                if a != b and usable(a) and usable(b) and a[:3] == b[:3]:
                    derived.add(tuple(sorted((a, b))))

    families = collections.defaultdict(set)
    for a, b in derived:
        families[a].add(b)
    synonym_lines = [" ".join(w + ("!" if w in strong else "") for w in members) for members, strong in sorted(groups.items())]
    derived_lines = [f"{a} {' '.join(sorted(bs))}" for a, bs in sorted(families.items())]
    frequency = collections.defaultdict(list)
    for word, count in df.items():
        if count >= MIN_DOCUMENT_FREQUENCY and re.match(r"^[a-z0-9+#]+$", word):
            frequency[round(4 * math.log(total / count))].append(word)
    idf_lines = [f"{level} {' '.join(sorted(ws))}" for level, ws in sorted(frequency.items())]
    names = {
        "COMMON_WORDS": pack(common),
        "OTHER_WORDS": pack(known - common),
        "IRREGULAR_FORMS": ",".join(f"{k} {v}" for k, v in sorted(irregular.items())),
        "BRITISH_TO_AMERICAN": ",".join(f"{k} {v}" for k, v in sorted(british_pairs(american, british).items())),
        "SYNONYM_SETS": ",".join(synonym_lines),
        "ANTONYM_PAIRS": ",".join(f"{a} {b}" for a, b in sorted(antonyms)),
        "DERIVED_FAMILIES": ",".join(derived_lines),
        "IDF_LEVELS": ",".join(idf_lines),
    }
    head = "// Generated by models/lexicon/build.py from WordNet 3.0 and SCOWL; licences: models/lexicon/LICENCES.md. Do not edit.\n"
    OUT.write_text(head + "".join(f'export const {k} =\n  "{v}";\n' for k, v in names.items()))
    for k, v in names.items():
        print(k, len(v))
    print("groups", len(groups), "antonyms", len(antonyms), "derived", len(derived), "british", len(british_pairs(american, british)))


main()
