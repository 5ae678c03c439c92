"""Stance of whole articles toward their main target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presseschau.document import Document
from presseschau.label.stance import Stance, StanceLabeler

LABELER = StanceLabeler()

PRAISE = (
    "Die Nordlicht X2 ist ein Glücksgriff.\n\nDas Gehäuse der Nordlicht X2 ist hervorragend verarbeitet, die Bedienung "
    "kinderleicht. Der Akku hält zwölf Tage.\n\nIm Alltag überzeugt die Uhr auf ganzer Linie.\n\n"
    "Fazit: Eine klare Empfehlung."
)
BLAME = (
    "Der Plan ist verfehlt.\n\nWer alle Nachrichten durchsuchen will, stellt Millionen unter Generalverdacht. Das ist "
    "unverhältnismäßig und bringt nichts.\n\nDie Chatkontrolle wäre ein Dammbruch. Leider hat niemand daraus gelernt."
)
REPORT = (
    "Die Nordstrom AG hat am Montag ein Werk eröffnet. Dort arbeiten 300 Menschen.\n\n„Das ist ein großartiger Tag und "
    "ein Meilenstein für die ganze Region“, sagte der Vorstand. Laut Verband ist der Standort hervorragend gewählt.\n\n"
    "Gegner nannten den Bau eine Katastrophe. Das Werk koste zu viel und sei überflüssig. Der Betrieb läuft seit Mai."
)


def stance(text: str, title: str, genre: str) -> Stance:
    return LABELER(Document(text=text, title=title), genre)


def test_a_review_that_praises() -> None:
    found = stance(PRAISE, "Nordlicht X2 im Test", "review")
    assert (found.target, found.target_type, found.stance) == ("Nordlicht X2", "product", "favor")


def test_what_a_review_is_about_is_a_product() -> None:
    assert stance(PRAISE, "Kalte Leitung im Test", "review").target_type == "product"
    assert stance(PRAISE, "Kalte Leitung im Test", "news").target_type == "other"


def test_a_comment_that_rejects() -> None:
    found = stance(BLAME, "Die Chatkontrolle ist ein Irrweg", "opinion")
    assert (found.target, found.target_type, found.stance) == ("Chatkontrolle", "policy", "against")


def test_a_report_with_strong_words_in_other_mouths_is_neutral() -> None:
    found = stance(REPORT, "Nordstrom eröffnet Werk", "news")
    assert found.stance == "neutral"
    assert found.evidence == ()
    assert all(abs(v.weight) < 0.7 for v in found.votes)


def test_the_same_words_in_the_own_voice_do_count() -> None:
    own = (
        REPORT.replace("„", "")
        .replace("“, sagte der Vorstand", "")
        .replace("Laut Verband ist der", "Der")
        .replace(" gewählt", " ist gewählt")
    )
    quoted, spoken = (sum(v.weight for v in stance(t, "Werk eröffnet", "feature").votes) for t in (REPORT, own))
    assert spoken > quoted + 2


def test_a_comment_in_quotation_marks_is_not_the_articles() -> None:
    quoted = "\n\n".join(f"„{p}“" for p in BLAME.split("\n\n"))
    assert stance(quoted, "Streit um Chatkontrolle", "news").stance == "neutral"


def test_an_interviewees_judgement_is_not_the_articles() -> None:
    text = "Taugt die Uhr?\n\nSie ist großartig, genial, ein Meisterwerk.\n\nUnd der Preis?\n\nDer ist unschlagbar."
    assert stance(text, "Gespräch über die Nordlicht X2", "interview").stance == "neutral"
    assert stance(text, "Gespräch über die Nordlicht X2", "review").stance == "favor"


def test_the_senders_praise_in_a_press_release_counts() -> None:
    text = "Nordstrom stellt die neue Wallbox vor. Kunden profitieren von einer einzigartigen, bequemen Lösung."
    assert stance(text, "Nordstrom bringt Wallbox", "press_release").stance == "favor"


def test_whom_a_press_release_quotes_speaks_for_the_sender() -> None:
    text = "Nordstrom stellt die Wallbox vor.\n\n„Sie ist für unsere Kunden ein echter Glücksgriff“, sagt die Chefin."
    assert stance(text, "Nordstrom bringt Wallbox", "press_release").votes[0].weight > 1
    assert stance(text, "Nordstrom bringt Wallbox", "news").votes == ()


def test_evidence_is_never_somebody_elses() -> None:
    votes = stance(REPORT, "Nordstrom eröffnet Werk", "news").votes
    assert votes
    from presseschau.label.stance import evidence_of

    assert evidence_of(votes, "favor") == evidence_of(votes, "against") == ()


def test_the_verdict_weighs_more_than_the_middle() -> None:
    filler = "Das Gerät wiegt 300 Gramm. Es misst acht Zentimeter.\n\n" * 6
    praise, blame = "Der Klang ist großartig.\n\n", "Der Klang ist miserabel.\n\n"
    end = stance(filler + praise + filler + "Fazit\n\n" + blame, "Lautsprecher Eins", "review")
    start = stance(filler + blame + filler + "Fazit\n\n" + praise, "Lautsprecher Eins", "review")
    assert sum(v.weight for v in end.votes) < 0 < sum(v.weight for v in start.votes)


def test_sentences_that_name_the_target_weigh_more() -> None:
    text = "Wir prüfen zwei Uhren. Es ist Mai. Es regnet. {} ist großartig.\n\nEnde."
    named, other = (stance(text.format(n), "Uhr Nordlicht im Test", "review") for n in ("Die Nordlicht", "Das Wetter"))
    assert named.votes[0].weight > other.votes[0].weight


def test_a_headline_that_asks_judges_less() -> None:
    text = "Es geht um die Chatkontrolle. Sie kommt im Mai."
    asks, says = (stance(text, f"Chatkontrolle ist ein Irrweg{mark}", "opinion") for mark in ("?", ""))
    assert asks.confidence is not None
    assert says.confidence is not None
    assert says.stance == "against"
    assert says.confidence > asks.confidence or asks.stance != "against"


@pytest.mark.parametrize(
    ("title", "side"),
    [
        ("Chatkontrolle abschaffen!", -1),
        ("Chatkontrolle bitte nicht verbieten!", 1),
        ("Warum Schulen Laptops brauchen", 1),
        ("Schulen bekommen Laptops", 0),
        ("Minister will Chatkontrolle abschaffen, fordert Rat", 0),
    ],
)
def test_headlines_that_call_for_something(title: str, side: int) -> None:
    score = LABELER.features(Document(text="Es ist Mai.", title=title), "opinion").title
    assert (score > 0) - (score < 0) == side
    in_text = LABELER.features(Document(text=f"Es ist Mai. {title}", title=""), "opinion")
    assert in_text.praise == in_text.blame == 0


def test_the_lead_is_measured_apart() -> None:
    filler = "Das Gerät wiegt 300 Gramm und misst acht Zentimeter.\n\n" * 12
    first, late = (
        LABELER.features(Document(text=t, title="Gerät"), "feature").lead
        for t in ("Ein Meisterwerk.\n\n" + filler, filler + "Ein Meisterwerk.")
    )
    assert first > 1
    assert late == 0


def test_a_question_judges_half() -> None:
    asks, says = (stance(f"Ist das Gerät großartig{m}", "Gerät", "review").votes[0].weight for m in ("?", "."))
    assert asks == pytest.approx(says / 2)


def test_no_target_no_stance() -> None:
    found = stance("es geht so weiter wie bisher und nicht anders.", "", "news")
    assert (found.target, found.target_type, found.stance, found.confidence) == (None, None, None, None)


def test_evidence_is_short_verbatim_and_in_order() -> None:
    long = (
        "Das Gerät, das im Mai für alle Kunden in ganz Europa erscheint, ist nach zwei Wochen mit vielen Fahrten "
        "großartig gewesen."
    )
    text = PRAISE + "\n\n" + long
    found = stance(text, "Nordlicht X2 im Test", "review")
    assert 1 <= len(found.evidence) <= 3
    assert [e.start for e in found.evidence] == sorted(e.start for e in found.evidence)
    for span in found.evidence:
        assert text[span.start : span.end] == span.text
        assert len(span.text.split()) <= 15


def test_mixed_shows_both_sides() -> None:
    from presseschau.label.stance import evidence_of

    text = "Der Klang ist großartig. Die Form ist genial. Das Bild ist brillant. Das Menü ist umständlich."
    votes = stance(text, "Gerät im Test", "review").votes
    quotes = [e.text for e in evidence_of(votes, "mixed")]
    assert "Das Menü ist umständlich." in quotes
    assert len(quotes) == 3


def test_votes_say_why() -> None:
    votes = stance(REPORT, "Nordstrom eröffnet Werk", "news").votes
    assert any(v.why == "hervorragend +2.00 (source)" for v in votes)
    assert all(v.why for v in votes)


def test_features_are_what_the_decision_saw() -> None:
    document = Document(text=PRAISE, title="Nordlicht X2 im Test")
    features = LABELER.features(document, "review")
    assert LABELER.model.decide(features, "review") == (
        LABELER(document, "review").stance,
        LABELER(document, "review").confidence,
    )


def test_max_chars_is_checked() -> None:
    with pytest.raises(ValueError, match="max_chars"):
        StanceLabeler(max_chars=10)


def test_confidence_is_a_probability_and_white_space_changes_nothing() -> None:
    for text, title, genre in ((PRAISE, "Nordlicht X2 im Test", "review"), (BLAME, "Irrweg", "opinion")):
        found = stance(text, title, genre)
        assert found.confidence is not None
        assert 0 < found.confidence < 1
        wide = stance(text.replace("\n\n", "\n\n\n \n").replace(" ist ", "  ist "), title, genre)
        assert (wide.stance, wide.confidence, wide.target) == (found.stance, found.confidence, found.target)


def test_a_headline_that_says_how_to_delete_something_is_against_nothing() -> None:
    steps = "Öffnen Sie die Einstellungen.\n\nTippen Sie auf das Profilbild und dann auf „Entfernen“."
    for title in ("So löschen Sie Ihr Konto bei Zwitscha", "Konto löschen: So geht es"):
        assert stance(steps, title, "howto").stance == "neutral"


def test_an_article_is_read_alone() -> None:
    first = stance(PRAISE, "Nordlicht X2 im Test", "review")
    stance(BLAME, "Irrweg", "opinion")
    assert stance(PRAISE, "Nordlicht X2 im Test", "review") == first


MARKS = ["\n", "\n\n", '"', "„", "“", ".", ",", "?", ":"]
WORDS = st.sampled_from(
    [*MARKS, "großartig", "nicht", "miserabel", "Gerät", "ist", "aber", "laut", "sei", "Fazit", "kein"]
)


@given(st.lists(WORDS, max_size=60).map(" ".join), st.sampled_from(["news", "review", "interview"]))
def test_any_text_gives_a_valid_stance(text: str, genre: str) -> None:
    found = stance(text, "Gerät Eins", genre)
    assert found.stance in ("favor", "against", "mixed", "neutral")
    for span in [*found.evidence, *(v.span for v in found.votes)]:
        assert text[span.start : span.end] == span.text
    assert len(found.evidence) <= 3
    assert bool(found.evidence) <= (found.stance != "neutral")


def test_a_text_that_may_be_a_report_or_a_comment_is_read_as_something_of_both() -> None:
    document = Document(text=BLAME, title="Die Chatkontrolle kommt")
    news, both, opinion = (
        LABELER.model.probabilities(LABELER.features(document, genre), genre)["neutral"]
        for genre in ("news", {"news": 0.5, "opinion": 0.5}, "opinion")
    )
    assert news > both > opinion
    assert LABELER(document, {"news": 0.4, "opinion": 0.6}).stance == "against"
