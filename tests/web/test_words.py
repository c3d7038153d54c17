"""Every word of the pages exists in both languages, each in its own script, and every key that is used is in the table."""

import re
from pathlib import Path

import yaml

import cast
from xinqu.web import words

WEB = Path(words.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
# Latin words that stand in Chinese text as they are: keys of the keyboard, languages by their own name, times.
KEPT_IN_CHINESE = {"English", "Enter", "Home", "End", "PgUp", "PgDn"}
KEPT_IN_ENGLISH = {"site.language"}  # the other language is named in its own script


def test_both_languages_are_there_each_in_its_own_script():
    for key, text in words.table().items():
        assert text.zh, key
        assert text.en, key
        latin = set(LATIN_WORD.findall(re.sub(r"\{\w+\}", "", text.zh))) - KEPT_IN_CHINESE
        assert not latin, f"{key}: {latin} in Chinese"
        assert key in KEPT_IN_ENGLISH or not HAN.search(text.en), f"{key}: Han in English"


def test_both_languages_have_the_same_places():
    for key, text in words.table().items():
        assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en)), key


def test_no_entry_has_more_than_the_two_languages():
    raw = yaml.safe_load((WEB / "words.yaml").read_text(encoding="utf-8"))
    assert {key for key, entry in raw.items() if set(entry) != {"zh", "en"}} == set()


def test_every_key_that_is_used_is_in_the_table():
    templates = "\n".join(p.read_text(encoding="utf-8") for p in (WEB / "templates").rglob("*.html"))
    modules = "\n".join(p.read_text(encoding="utf-8") for p in WEB.rglob("*.py"))
    whole = re.findall(r"""{% t ["']([\w.+-]+)["'](?!\|key)""", templates)
    whole += re.findall(r'word\(\s*"([\w.]+)"', modules)
    begun = re.findall(r"""["']([\w.]+\.)["']\|key""", templates) + re.findall(r'word\(f"([\w.]+\.)\{', modules)
    assert {key for key in whole if not words.known(key)} == set()
    assert {start for start in begun if not any(key.startswith(start) for key in words.table())} == set()


def test_every_code_of_the_pack_that_a_page_says_has_words():
    pack = cast.pack()
    keys = {f"pillar.{i.pillar}" for i in pack.indicators.values()}
    keys |= {f"pillar.short.{i.pillar}" for i in pack.indicators.values()}
    keys |= {f"frequency.{i.frequency.value}" for i in pack.indicators.values()}
    keys |= {f"direction.{i.direction}" for i in pack.indicators.values() if not i.direction.startswith("target")}
    keys |= {f"region.{a.region}" for a in pack.areas.values()}
    keys |= {f"scope.{code}" for code in pack.codelists["CL_SCOPE"]}
    keys |= {f"shape.{i.shape}" for i in pack.instruments.values()}
    keys |= {f"article.kind.{s.kind}" for s in pack.sentences.values()}
    keys |= {f"status.{record.status}" for record in (*pack.indicators.values(), *pack.measures.values())}
    keys |= {f"status.{target.status}" for target in pack.targets.values()}
    assert {key for key in keys if not words.known(key)} == set()


def test_every_english_text_of_the_pack_that_a_page_says_has_its_chinese():
    pack = cast.pack()
    texts = {
        getattr(i, name)
        for i in pack.indicators.values()
        for name in ("territorial_scope", "source", "note", "citation")
    }
    texts |= {target.value_rule for target in pack.targets.values()} | {pack.info.document}
    translated = yaml.safe_load((WEB / "pack_words.yaml").read_text(encoding="utf-8"))
    assert {text for text in texts if text and text not in translated} == set()


def test_short_names_fit_the_heads_of_the_matrix():
    # UX section 5: "the pack needs short_zh <= 5 Han and short_en <= 8 letters for each indicator and area"
    pack = cast.pack()
    named = [*pack.indicators.values(), *pack.areas.values()]
    assert [r.short.zh for r in named if len(HAN.findall(r.short.zh)) > 5 or len(r.short.zh) > 5] == []
    assert [r.short.en for r in named if len(r.short.en) > 8] == []
    for lang in ("zh", "en"):
        shorts = [i.short.say(lang) for i in pack.indicators.values()]
        assert len(set(shorts)) == len(shorts), "two indicators would have the same head"
