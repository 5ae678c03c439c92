"""Whose site an article is on, by its host: whoever owns it writes about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presseschau.label.reading import Reading
from presseschau.label.vote import Vote, structure_vote

# Hosts of those that write about themselves: science, state, parties, associations, churches.
_INSTITUTION = re.compile(
    r"(?:^|\.)(?:uni|tu|fh|hs|ph|haw|htw|hochschule|universitaet|fu|hu|lmu|tum|rwth|tuwien|jku|unibas|unibe|uzh|zhaw|fhnw|ethz|epfl"
    r"|mpg|mpi-[a-z]+|fraunhofer|helmholtz|leibniz|dlr|kit|empa|eawag|psi|wsl|snf|dfg|oeaw)(?:-[a-z-]+)?\.[a-z]+$"
    r"|\.(?:ac\.at|gv\.at|edu|bund\.de|admin\.ch|europa\.eu)$"
    r"|(?:^|[.-])(?:spd|cdu|csu|fdp|afd|gruene|(?:die-?)?linke|bsw|neos|spoe|oevp|fpoe|svp|bundestag|bundesrat|bundesregierung"
    r"|bm(?:as|bf|dv|el|f|g|i|j|jv|u|uv|vg|vi|we|wi|wk|z)|bafa|bafin|bamf|bfarm|bfn|bfr|bfs|bzga|(?:bundes)?netzagentur"
    r"|destatis|dpma|dwd|kba|uba|bka|lka|bsi|rki|zoll|polizei|bundeswehr|bundesbank|arbeitsagentur"
    r"|dgb|verdi|igmetall|igbce|gew|gdp|ihk|hwk|wko|vdi|vda|vdma|vzbv|bitkom|bdi|bdew|drk|awo|asb|thw|dlrg|caritas|diakonie"
    r"|malteser|johanniter|unicef|unhcr|amnesty|ekd|nabu|wwf|greenpeace|foodwatch|vdk|dfb|dosb|oefb)[.-]"
    r"|(?:verband|verein|vereine|stiftung|partei|ministerium|gewerkschaft|kammer|innung|bistum|dioezese|kirche|feuerwehr"
    r"|stadtwerke|rathaus|klinikum|krankenhaus|museum|landkreis|landtag|parlament|regierung"
    r"|staatskanzlei|(?:amts|landes|verwaltungs|arbeits|verfassungs)gericht"
    r"|(?:bundes|landes|kriminal|kartell|umwelt|gesundheits|finanz|patent|bezirks|standes)amt)s?[.-]"
)
_RELEASES = re.compile(
    r"(?:^|\.)(?:idw-online|presseportal|pressebox|openpr|lifepr|ots|pressetext|firmenpresse)\.[a-z]+$"
)
_COLLECTION = re.compile(r"(?:^|[.-])(?:forum|foren|shop|wiki|lexikon)\.[a-z]+$")
# Names of newspapers, magazines and stations, which write about others however often they name themselves.
_PRESS = re.compile(
    r"zeitung|tages|blatt|bote|anzeiger|kurier|post|nachrichten|magazin|rundschau|presse|echo|journal|online|spiegel|radio|news|24"
    r"|heute|aktuell|^(?:bild|blick|focus|freitag|krone|(?:der)?standard|stern|taz|welt|woche|zeit"
    r"|ard|zdf|ndr|wdr|mdr|orf|srf|rtl|n-?tv)$"
)


def sender_votes(reading: Reading) -> Iterator[Vote]:
    """What the host says about the genre."""
    host = reading.host
    if not host:
        return
    if _COLLECTION.search(host):
        yield structure_vote("collection", "other", 3.0, host)
    if _RELEASES.search(host):
        yield from _own_matter(host)
        return
    name = host.split(".")[-2] if "." in host else ""
    if _PRESS.search(name):
        return
    if _INSTITUTION.search(host):
        yield from _own_matter(host)
    if len(name) > 2 and reading.text.spaced.count(f" {name.replace('-', ' ')} ") >= 2:
        yield structure_vote("own_name", "press_release", 2.0, name)


def _own_matter(host: str) -> tuple[Vote, Vote]:
    """What an institution publishes is its own, also where it is written like news."""
    return (
        structure_vote("institution", "press_release", 7.0, host),
        structure_vote("own_matter", "news", -3.0, host),
    )
