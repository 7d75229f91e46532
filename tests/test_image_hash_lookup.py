"""What a match says, which of several is kept, and the digest."""

import numpy as np
import pytest

from domain.errors import InvalidBank
from domain.image_match import ImageMatch
from image_hash.bank import Bank
from image_hash.bank_item import BankItem
from image_hash.definition import BankDefinition
from image_hash.hashers import hash_picture
from image_hash.lookup import PictureFinder, file_hashes
from image_hash.query import CLOSE_VIEWS, MIRRORED_VIEWS, WIDE_VIEWS, make_queries


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
    (match,) = finder(BankItem("a", 1, "drugs", phash=HASHES.phash)).find(page((PICTURE, 260, 130)))
    assert (match.algorithm, match.quality) == ("phash", 100)
    assert match.distance <= 2  # out of the small plane it may be two bits from the library's


def test_the_frame_itself_can_match() -> None:
    (match,) = finder(BankItem("a", 1, "drugs", pdq=HASHES.pdq)).find(PICTURE)
    assert (match.box, match.distance) == ((0, 0, 300, 240), 0)


def test_the_nearest_match_of_an_item_is_kept_and_the_nearest_item_comes_first() -> None:
    near = BankItem("near", 1, "drugs", pdq=flip(HASHES.pdq, 2), phash=flip(HASHES.phash, 5))
    far = BankItem("far", 5, "drugs", pdq=flip(HASHES.pdq, 7), phash=HASHES.phash)
    even = BankItem("even", 5, "drugs", pdq=flip(HASHES.pdq, 6), phash=flip(HASHES.phash, 6))
    matches = finder(far, even, near).find(page((PICTURE, 260, 130)))
    assert [(match.item, match.algorithm, match.distance) for match in matches] == [
        ("near", "pdq", 2),
        ("far", "phash", 2),
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


def test_each_region_is_hashed_in_all_views_and_the_frame_once() -> None:
    rgb = page((PICTURE, 100, 100))
    box = (90, 95, 410, 345)
    asked = make_queries(rgb, [box, (0, 0, 800, 600)])
    views = 1 + len(CLOSE_VIEWS) + len(WIDE_VIEWS) + len(MIRRORED_VIEWS)
    assert asked.boxes == ((0, 0, 800, 600),) * views + (box,) * views
    assert len(asked.pdq) == len(asked.phash) == len(asked.quality) == len(asked.mirrored) == 2 * views
    assert asked.mirrored.sum() == 2 * len(MIRRORED_VIEWS)
    assert (~asked.close).sum() == 2 * len(WIDE_VIEWS)
    assert asked.pdq[views].tobytes() == hash_picture(rgb[95:345, 90:410]).pdq


def overlap_test_banks(negative: bool, protected: bool) -> PictureFinder:
    known = Bank.of("known", [BankItem("a", 4, "drugs", pdq=flip(HASHES.pdq, 4), protected=protected)])
    logo = Bank.of("logo", [BankItem("l", 0, "", pdq=HASHES.pdq)], BankDefinition(name="logo", negative=negative))
    return PictureFinder([known, logo])


@pytest.mark.parametrize(
    ("negative", "protected", "items"),
    [(False, False, ["l", "a"]), (True, False, []), (True, True, ["a"])],
    ids=["two banks", "a negative one wins", "but not over a protected one"],
)
def test_a_negative_bank(negative: bool, protected: bool, items: list[str]) -> None:
    matches = overlap_test_banks(negative, protected).find(page((PICTURE, 260, 130)))
    assert [match.item for match in matches] == items


def test_a_negative_bank_wins_only_where_it_matched() -> None:
    other = noise(2, 200, 200)
    known = Bank.of("known", [BankItem("two", 4, "drugs", pdq=hash_picture(other).pdq)])
    logo = Bank.of("logo", [BankItem("l", 0, "", pdq=HASHES.pdq)], BankDefinition(name="logo", negative=True))
    found = PictureFinder([known, logo]).find(page((PICTURE, 40, 60), (other, 500, 300)))
    assert [match.item for match in found] == ["two"]


def test_a_bank_that_is_switched_off_finds_nothing() -> None:
    items = [BankItem("a", 4, "drugs", pdq=HASHES.pdq)]
    off = PictureFinder([Bank.of("off", items, BankDefinition(name="off", enabled=False))])
    assert off.banks == ()
    assert off.find(PICTURE) == ()


def test_a_mirrored_picture_is_found_and_said_to_be() -> None:
    (match,) = finder(BankItem("a", 1, "drugs", pdq=HASHES.pdq)).find(page((PICTURE[:, ::-1], 260, 130)))
    assert (match.mirrored, match.box) == (True, (260, 130, 560, 370))
    (match,) = finder(BankItem("a", 1, "drugs", pdq=HASHES.pdq)).find(page((PICTURE, 260, 130)))
    assert not match.mirrored


def test_the_file_itself_is_found_by_its_digest() -> None:
    md5, sha256 = file_hashes(b"as it was sent")
    bank = finder(BankItem("a", 5, "drugs", md5=md5), BankItem("b", 5, "drugs", sha256=sha256))
    found = bank.find(page(), original=b"as it was sent")
    assert [(match.item, match.algorithm, match.distance, match.box) for match in found] == [
        ("a", "md5", 0, (0, 0, 800, 600)),
        ("b", "sha256", 0, (0, 0, 800, 600)),
    ]
    assert bank.find(page(), original=b"as it was sent\n") == ()
