"""What a match says, which of several is kept, and the digest."""

import numpy as np
import pytest

from domain.errors import InvalidBank
from domain.image_match import ImageMatch
from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.hashers import hash_picture
from image_hash.lookup import PictureFinder
from image_hash.query import TRIMS, queries


def noise(seed: int, width: int, height: int) -> np.ndarray:
    """Blocks of grey, so that a picture has structure at the scale that hashes see."""
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (height // 20, width // 20, 1), dtype=np.uint8)
    return np.kron(blocks, np.ones((20, 20, 3), np.uint8))


PICTURE = noise(1, 300, 240)
HASHES = hash_picture(PICTURE)


def page(*placed: tuple[np.ndarray, int, int]) -> np.ndarray:
    rgb = np.full((600, 800, 3), 250, np.uint8)
    for picture, left, top in placed:
        rgb[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return rgb


def finder(*items: BankItem) -> PictureFinder:
    return PictureFinder([Bank.of("demo", items)])


def flip(value: bytes, count: int) -> bytes:
    return bytes([*(byte ^ 1 for byte in value[:count]), *value[count:]])


def test_a_match_says_what_the_bank_says_and_where() -> None:
    item = BankItem("known-07", 5, "violence", pdq=flip(HASHES.pdq, 3), protected=True)
    assert finder(item).find(page((PICTURE, 260, 130))) == (
        ImageMatch(
            bank="demo",
            item="known-07",
            algorithm="pdq",
            distance=3,
            quality=HASHES.pdq_quality,
            severity=5,
            category="violence",
            box=(260, 130, 560, 370),
            protected=True,
        ),
    )


def test_a_phash_match_has_no_quality() -> None:
    (match,) = finder(BankItem("a", 1, "drugs", phash=flip(HASHES.phash, 2))).find(page((PICTURE, 260, 130)))
    assert (match.algorithm, match.distance, match.quality) == ("phash", 2, 100)


def test_the_frame_itself_can_match() -> None:
    (match,) = finder(BankItem("a", 1, "drugs", pdq=HASHES.pdq)).find(PICTURE)
    assert (match.box, match.distance) == ((0, 0, 300, 240), 0)


def test_the_nearest_match_of_an_item_is_kept_and_the_nearest_item_comes_first() -> None:
    near = BankItem("near", 1, "drugs", pdq=flip(HASHES.pdq, 2), phash=flip(HASHES.phash, 5))
    far = BankItem("far", 5, "drugs", pdq=flip(HASHES.pdq, 7), phash=flip(HASHES.phash, 4))
    even = BankItem("even", 5, "drugs", pdq=flip(HASHES.pdq, 6), phash=flip(HASHES.phash, 6))
    matches = finder(far, even, near).find(page((PICTURE, 260, 130)))
    assert [(match.item, match.algorithm, match.distance) for match in matches] == [
        ("near", "pdq", 2),
        ("far", "phash", 4),
        ("even", "pdq", 6),
    ]


def test_at_one_distance_the_longer_hash_says_more() -> None:
    rgb = page((PICTURE, 260, 130))
    frame = hash_picture(rgb)
    (match,) = finder(BankItem("a", 1, "drugs", pdq=flip(HASHES.pdq, 2), phash=flip(frame.phash, 2))).find(rgb)
    assert (match.algorithm, match.distance, match.box) == ("pdq", 2, (260, 130, 560, 370))


def test_two_pictures_on_one_page_have_their_own_boxes() -> None:
    other = noise(2, 200, 200)
    hashes = hash_picture(other)
    matches = finder(BankItem("one", 1, "drugs", pdq=HASHES.pdq), BankItem("two", 1, "drugs", pdq=hashes.pdq)).find(
        page((PICTURE, 40, 60), (other, 500, 300))
    )
    assert {match.item: match.box for match in matches} == {
        "one": (40, 60, 340, 300),
        "two": (500, 300, 700, 500),
    }


def test_without_banks_nothing_is_looked_at() -> None:
    not_a_picture = np.zeros(3)
    assert PictureFinder([]).find(not_a_picture) == ()  # type: ignore[arg-type]
    assert PictureFinder([Bank.of("empty", [])]).find(not_a_picture) == ()  # type: ignore[arg-type]


def test_two_banks_of_one_name_could_not_be_told_apart() -> None:
    with pytest.raises(InvalidBank, match="more than one bank is called demo"):
        PictureFinder([Bank.of("demo", []), Bank.of("demo", [])])


def test_the_digest_is_of_names_and_items_whatever_their_order() -> None:
    one = Bank.of("one", [BankItem("a", 1, "drugs", pdq=HASHES.pdq)])
    two = Bank.of("two", [BankItem("a", 2, "drugs", pdq=HASHES.pdq)])
    renamed = Bank.of("three", two.items)
    digest = PictureFinder([one, two]).digest
    assert PictureFinder([two, one]).digest == digest
    assert len({digest, PictureFinder([one]).digest, PictureFinder([one, renamed]).digest}) == 3


def test_a_region_is_hashed_with_its_trims_and_the_frame_once() -> None:
    rgb = page((PICTURE, 100, 100))
    asked = list(queries(rgb, [(90, 95, 410, 345), (0, 0, 800, 600)]))
    assert [query.box for query in asked].count((90, 95, 410, 345)) == len(TRIMS)
    # Bare, with the 2 % (6 by 5 pixels) and with the 4 % (13 by 10) cut off.
    assert asked[1].hashes == hash_picture(rgb[95:345, 90:410])
    assert asked[2].hashes == hash_picture(rgb[100:340, 96:404])
    assert asked[3].hashes == hash_picture(rgb[105:335, 103:397])
    assert len(asked) == 1 + len(TRIMS) + len(TRIMS) - 1
