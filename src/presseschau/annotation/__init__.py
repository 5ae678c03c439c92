"""People's and models' labels: articles out to annotators, labels back in, and what they say of the rules.

Out: `order` (what was asked for), `articles` (a published dataset), `sampling`, `answers` (items and answers, whatever
the tool), `formats/` (Label Studio, doccano, CSV). In: `collect` and `aggregate` make one label of several people's,
`agreement` measures them, `human` is the label file, `edited` reads what people may have edited. Models: `llm/` (a chat
endpoint), `transformer` (a local folder). Into a build: `overrides`, `relabel` and `corrections`. About the rules:
`analysis`, `quality`, `noise`, `refit`. `annotate` holds the actions of `scripts/annotate.py`, `tables` their output.
"""
