"""Where the next article of a page begins: some scroll on from one into another, and are saved with both."""

from __future__ import annotations

from collections.abc import Sequence

from presseschau.extract.body.blocks import Block, outermost
from presseschau.extract.body.known import Known
from presseschau.extract.body.tokens import Tokens

_WHOLE = 100  # words; what is shorter is an entry of a list


def next_article(blocks: Sequence[Block], tokens: Tokens, known: Known) -> int:
    """Place of the headline (`h1`) of a second `article` element below the first one; behind the last block if none.

    An article that holds another, as a live blog its entries, is one; so is one without a headline of its own. A list
    of entries in few words each is none.

    Args:
        blocks: All blocks of the page.
        tokens: Their words.
        known: What the page says about itself; an article under its title is not the next one.
    """
    heads = [i for i, block in enumerate(blocks) if block.tag == "h1"]
    if len(heads) < 2:
        return len(blocks)
    title = known.title_words
    first = outermost(blocks[heads[0]].box, "article")
    for i in heads[1:]:
        article = outermost(blocks[i].box, "article")
        if first is None or article is None or article is first or tokens.of(i) == title:
            continue
        if sum(tokens.spaced[i : article.last]) >= _WHOLE:
            return i
    return len(blocks)
