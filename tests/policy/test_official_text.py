"""Importing the official Chinese text: every difference is shown, and only an aligned text is taken over."""

import shutil

import pytest

from xinqu.policy import official_text
from xinqu.policy.load import DEFAULT_PACK, load_pack
from xinqu.vocabulary.problem import Refused


def _text_of(pack) -> str:
    """The pack's own wording laid out as the gazette lays it out."""
    lines: dict[int, str] = {}
    for sentence in pack.sentences.values():
        lines[sentence.article] = lines.get(sentence.article, "") + sentence.text.zh + "\n"
    return "\n".join(lines.values())


def test_the_packs_own_wording_aligns_sentence_by_sentence():
    pack = load_pack()
    differences = official_text.compare(pack, _text_of(pack), "gazette.txt")
    assert [d.id for d in differences] == list(pack.sentences)
    assert all(d.equal for d in differences)


def test_one_changed_word_is_the_one_difference(tmp_path):
    pack = load_pack()
    text = _text_of(pack).replace("大众创业万众创新", "大众创业、万众创新", 1)
    different = [d for d in official_text.compare(pack, text, "gazette.txt") if not d.equal]
    assert [d.id for d in different] == ["art03.s2"]
    folder = tmp_path / "pack"
    shutil.copytree(DEFAULT_PACK, folder)
    assert official_text.take_over(folder, official_text.compare(pack, text, "gazette.txt")) == 1
    taken = load_pack(folder)
    assert taken.sentences["art03.s2"].text.zh == different[0].official
    assert {s.zh_status for s in taken.sentences.values()} == {"seen"}


def test_a_text_of_other_cut_is_refused_article_by_article():
    pack = load_pack()
    text = _text_of(pack).replace(pack.sentences["art03.s2"].text.zh, "", 1)
    with pytest.raises(Refused) as caught:
        official_text.compare(pack, text, "gazette.txt")
    assert [(p.code, p.where.subject) for p in caught.value.problems] == [("XQ-POLICY-030", "article 3")]


@pytest.mark.parametrize(("numeral", "number"), [("三", 3), ("十", 10), ("十七", 17), ("二十", 20), ("二十一", 21)])
def test_article_numbers(numeral, number):
    assert list(official_text.articles_of(f"（{numeral}）甲。乙。\n")) == [number]
