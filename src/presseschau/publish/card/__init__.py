"""The dataset card: YAML that `load_dataset` works from, and prose whose every number is counted from the folder."""

from presseschau.publish.card import vocabulary
from presseschau.publish.card.info import DatasetInfo, terms
from presseschau.publish.card.read import read_card
from presseschau.publish.card.render import check_numbers, check_terms, fit_notes, given, is_edited, write_card

__all__ = [
    "DatasetInfo", "check_numbers", "check_terms", "fit_notes", "given", "is_edited", "read_card", "terms",
    "vocabulary", "write_card",
]  # fmt: skip
